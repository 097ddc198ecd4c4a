package dev.perdure.store;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder of half-written objects. Each file is locked by its writer as long as that lives, which is how a sweep tells
 * what a dead writer left behind.
 */
record TemporaryFiles(Path folder) {
    private static final Logger log = LoggerFactory.getLogger(TemporaryFiles.class);
    private static final String SUFFIX = ".part";
    private static final Duration LEFTOVER_AGE = Duration.ofHours(1);

    /** Files that this process writes: opening and closing one here would drop the writer's lock. */
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    /** Begins a new file. Closing removes it, whatever happened to it; an object that got a second name keeps that one. */
    Writing begin() throws IOException {
        Path path = folder.resolve(UUID.randomUUID() + SUFFIX);
        OWN.add(path);
        try {
            FileChannel channel = FileChannel.open(path, CREATE_NEW, WRITE);
            lockIfPossible(channel);
            return new Writing(path, channel);
        } catch (IOException e) {
            OWN.remove(path);
            throw e;
        }
    }

    /** Removes files whose writers are dead. What cannot be removed is left to a later sweep. */
    void sweep() {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (file.toString().endsWith(SUFFIX) && !OWN.contains(file) && isOld(file)) {
                    removeIfOrphaned(file);
                }
            }
        } catch (IOException | DirectoryIteratorException | OverlappingFileLockException e) {
            log.debug("{}: not swept", folder, e);
        }
    }

    private static boolean isOld(Path file) throws IOException {
        long ageMillis =
                System.currentTimeMillis() - Files.getLastModifiedTime(file).toMillis();
        return ageMillis > LEFTOVER_AGE.toMillis();
    }

    /** A file that this process writes under another spelling of its path throws, and is left alone as well. */
    private static void removeIfOrphaned(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, WRITE)) {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                Files.deleteIfExists(file);
                log.info("{}: removed, its writer is gone", file);
            }
        }
    }

    /** Where locks are not supported, sweeps leave the file alone, because they cannot lock it either. */
    private static void lockIfPossible(FileChannel channel) {
        try {
            FileLock lock = channel.tryLock();
            log.trace("locked: {}", lock);
        } catch (IOException e) {
            log.debug("no file locks here; a sweep cannot tell leftovers from files being written", e);
        }
    }

    /** A file being written. */
    static final class Writing implements AutoCloseable {
        private final Path path;
        private final FileChannel channel;
        private final PastTheCache pastTheCache;

        Writing(Path path, FileChannel channel) {
            this.path = path;
            this.channel = channel;
            this.pastTheCache = new PastTheCache(path);
        }

        Path path() {
            return path;
        }

        /** Writes all pieces and waits until they are on the disk. */
        void write(List<MemorySegment> pieces) throws IOException {
            if (pieces.size() == 1) {
                MemorySegment whole = pieces.getFirst();
                long done = pastTheCache.write(whole);
                Transfer.write(channel.position(done), List.of(whole.asSlice(done)));
            } else {
                Transfer.write(channel, pieces);
            }
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            try (channel;
                    pastTheCache) {
                Files.deleteIfExists(path);
            } finally {
                OWN.remove(path);
            }
        }
    }
}
