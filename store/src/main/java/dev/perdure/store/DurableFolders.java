package dev.perdure.store;

import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Creates folders so that they survive a power cut: a folder is there for good once its parent is synced. */
final class DurableFolders {
    private final Path root;
    private final Set<Path> durable = ConcurrentHashMap.newKeySet();

    DurableFolders(Path root) {
        this.root = root;
    }

    /** Creates a folder at or below the root, with all its parents, unless it is there. */
    void create(Path folder) throws IOException {
        if (durable.contains(folder) && Files.isDirectory(folder)) {
            return;
        }
        Path parent = folder.getParent();
        if (parent == null) {
            return;
        }
        if (folder.startsWith(root) || !Files.isDirectory(folder)) {
            create(parent);
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder);
            }
            // Also when it was there: whoever made it may have died before syncing it.
            syncParent(folder, parent);
        }
        durable.add(folder);
    }

    /** The root's own parent may be closed to us; when we made the root, we could write there. */
    private void syncParent(Path folder, Path parent) throws IOException {
        if (!folder.equals(root) || Files.isReadable(parent)) {
            sync(parent);
        }
    }

    void syncIfThere(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            sync(folder);
        }
    }

    /** Waits until the names in a folder are on the disk. Windows has no such call: there it does nothing. */
    void sync(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, READ)) {
                channel.force(true);
            }
        }
    }
}
