package dev.perdure.store;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a whole file gets its final name, atomically and never over another one. */
interface Publishing {
    /**
     * Gives a file its final name in the same file system.
     *
     * @return whether it has it now; {@code false} means that the name was taken
     */
    boolean publish(Path temporary, Path target) throws IOException;

    /** By hard link, which fails when the name is taken; where the file system has no links, {@link #underLock}. */
    static Publishing byLink() {
        return new ByLink(Files::createLink, underLock());
    }

    /**
     * By atomic rename, which would replace what is there, and so only under a lock that all writers of the store hold
     * one after the other and that the operating system drops when its holder dies. A crash leaves nothing to clean up.
     */
    static Publishing underLock() {
        return new UnderLock();
    }

    /** Whether links work is decided once, on the first refusal, and then holds: writers must not mix the two ways. */
    final class ByLink implements Publishing {
        private static final Logger log = LoggerFactory.getLogger(Publishing.class);

        private final Linker linker;
        private final Publishing withoutLinks;
        private volatile boolean linksRefused;

        /** {@link Files#createLink}. */
        interface Linker {
            Path link(Path added, Path existing) throws IOException;
        }

        ByLink(Linker linker, Publishing withoutLinks) {
            this.linker = linker;
            this.withoutLinks = withoutLinks;
        }

        @Override
        public boolean publish(Path temporary, Path target) throws IOException {
            if (linksRefused) {
                return withoutLinks.publish(temporary, target);
            }
            try {
                linker.link(target, temporary);
                return true;
            } catch (FileAlreadyExistsException e) {
                return false;
            } catch (UnsupportedOperationException | FileSystemException e) {
                if (canLink(temporary)) {
                    throw e;
                }
            }
            linksRefused = true;
            log.info("{}: no hard links here, objects get their names by rename under a lock", target.getParent());
            return withoutLinks.publish(temporary, target);
        }

        private boolean canLink(Path temporary) throws IOException {
            Path probe = temporary.resolveSibling(temporary.getFileName() + "-link");
            try {
                linker.link(probe, temporary);
                return true;
            } catch (UnsupportedOperationException | FileSystemException e) {
                return false;
            } finally {
                Files.deleteIfExists(probe);
            }
        }
    }

    /** File locks are between processes; within this one, threads queue up before. */
    final class UnderLock implements Publishing {
        private static final ReentrantLock inThisProcess = new ReentrantLock();

        @Override
        public boolean publish(Path temporary, Path target) throws IOException {
            inThisProcess.lock();
            try (FileChannel channel = FileChannel.open(temporary.resolveSibling("lock"), CREATE, WRITE);
                    FileLock lock = channel.lock()) {
                if (!lock.isValid() || Files.exists(target, NOFOLLOW_LINKS)) {
                    return false;
                }
                Files.move(temporary, target, ATOMIC_MOVE);
                return true;
            } finally {
                inThisProcess.unlock();
            }
        }
    }
}
