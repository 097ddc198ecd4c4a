package dev.perdure.store;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A folder of a local disk, or of a file system shared between hosts that keeps POSIX's promises. An object is the file
 * of its name below the root.
 *
 * <p><b>How an object comes to be.</b> Its bytes go to a file in {@code .tmp} below the root, and to the disk (fdatasync);
 * only then it gets its name, by a hard link, which the file system refuses when the name is taken; then the folder goes
 * to the disk (fsync), and the temporary name is removed. A crash at any moment leaves a temporary file, which a later
 * opening sweeps when it is an hour old and its writer is dead, and never an object that is not whole. File systems
 * without hard links (FAT, some network mounts) get the same promises from {@link Publishing#underLock}.
 *
 * <p><b>What it assumes.</b> The disk does what fsync asks of it. Names that differ in case only are one name where the
 * file system says so. No other program writes below the root. Symbolic links below the root are not followed; the root
 * itself may be one.
 *
 * <p>The folder is created by the first put. Nothing needs to be closed. An interrupt of the calling thread ends a put or
 * a read with {@link java.nio.channels.ClosedByInterruptException}.
 */
public final class LocalObjectStore implements ObjectStore {
    private final Path root;
    private final TemporaryFiles temporary;
    private final DurableFolders folders;
    private final Publishing publishing;
    private final Complaints complaints;

    /**
     * Opens a store. Writes nothing, except that it removes what dead writers left behind.
     *
     * @throws NotDirectoryException if the path is a file
     */
    public LocalObjectStore(Path root) throws IOException {
        this(root, Publishing.byLink());
    }

    LocalObjectStore(Path root, Publishing publishing) throws IOException {
        Path given = root.toAbsolutePath().normalize();
        this.root = Files.exists(given) ? given.toRealPath() : given;
        this.complaints = new Complaints(this.root);
        this.temporary = new TemporaryFiles(this.root.resolve(".tmp"));
        this.folders = new DurableFolders(this.root);
        this.publishing = publishing;
        if (Files.exists(this.root) && !Files.isDirectory(this.root)) {
            throw complaints.notAFolder();
        }
        temporary.sweep();
    }

    /** Returns the folder. */
    public Path root() {
        return root;
    }

    @Override
    public boolean putIfAbsent(String name, List<MemorySegment> pieces) throws IOException {
        Path target = pathOf(name);
        long bytes = Pieces.byteSize(pieces);
        try {
            return put(name, target, folderOf(name), pieces);
        } catch (IOException e) {
            throw complaints.aboutPut(name, bytes, e);
        }
    }

    private boolean put(String name, Path target, Path folder, List<MemorySegment> pieces) throws IOException {
        folders.create(folder);
        if (!exists(name, target)) {
            folders.create(temporary.folder());
            try (TemporaryFiles.Writing writing = temporary.begin()) {
                writing.write(pieces);
                if (publishing.publish(writing.path(), target)) {
                    folders.sync(folder);
                    return true;
                }
            }
        }
        // Another writer may have given the name and not yet synced the folder: what we report must be as durable.
        folders.sync(folder);
        return false;
    }

    private static boolean exists(String name, Path target) throws IOException {
        if (Files.isDirectory(target, NOFOLLOW_LINKS)) {
            throw Pieces.nameIsFolder(name, name + "/");
        }
        return Files.exists(target, NOFOLLOW_LINKS);
    }

    @Override
    public OptionalLong size(String name) throws IOException {
        Path path = pathOf(name);
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class, NOFOLLOW_LINKS);
            return attributes.isRegularFile() ? OptionalLong.of(attributes.size()) : OptionalLong.empty();
        } catch (IOException e) {
            if (Complaints.saysAbsent(e)) {
                return OptionalLong.empty();
            }
            throw complaints.about(name, e);
        }
    }

    @Override
    public long read(String name, long offset, MemorySegment target) throws IOException {
        return read(name, offset, target, Transfer.LARGE_CHUNK_BYTES, filled -> {});
    }

    @Override
    public long read(String name, long offset, MemorySegment target, Consumer<MemorySegment> filled)
            throws IOException {
        return read(name, offset, target, Transfer.CACHED_CHUNK_BYTES, filled);
    }

    private long read(String name, long offset, MemorySegment target, long chunk, Consumer<MemorySegment> filled)
            throws IOException {
        Path path = pathOf(name);
        Pieces.checkRead(name, offset, target);
        if (!Files.isRegularFile(path, NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(path.toString());
        }
        try (FileChannel channel = FileChannel.open(path, Set.of(READ, NOFOLLOW_LINKS))) {
            return Transfer.read(channel, offset, target, chunk, filled);
        } catch (IOException e) {
            throw complaints.about(name, e);
        }
    }

    @Override
    public List<String> list(String prefix) throws IOException {
        ObjectNames.checkPrefix(prefix);
        try {
            return new Listing(root, prefix).names();
        } catch (IOException e) {
            throw complaints.about(prefix, e);
        }
    }

    @Override
    public boolean delete(String name) throws IOException {
        Path path = pathOf(name);
        try {
            boolean deleted = Files.isRegularFile(path, NOFOLLOW_LINKS) && Files.deleteIfExists(path);
            folders.syncIfThere(folderOf(name));
            return deleted;
        } catch (IOException e) {
            throw complaints.about(name, e);
        }
    }

    @Override
    public String toString() {
        return "file:" + root;
    }

    /** Returns where an object lies: below the root, and not through a symbolic link. */
    private Path pathOf(String name) throws IOException {
        Path path = root.resolve(ObjectNames.checkName(name));
        for (int at = name.indexOf('/'); at >= 0; at = name.indexOf('/', at + 1)) {
            Path folder = root.resolve(name.substring(0, at));
            if (Files.isSymbolicLink(folder)) {
                throw Complaints.symbolicLink(folder);
            }
        }
        return path;
    }

    private Path folderOf(String name) {
        return root.resolve(name.substring(0, Math.max(0, name.lastIndexOf('/'))));
    }
}
