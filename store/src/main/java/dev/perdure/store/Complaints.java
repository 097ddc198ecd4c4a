package dev.perdure.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;

/** Turns what the operating system says about a store's folder into what a person can act on. */
record Complaints(Path root) {

    NotDirectoryException notAFolder() {
        return new NotDirectoryException(root + " is a file (expected: a folder, or nothing yet). Give another path");
    }

    static NotDirectoryException symbolicLink(Path folder) {
        return new NotDirectoryException(
                folder + " is a symbolic link (expected: a folder). Move what it points to here");
    }

    /** Returns the exception to throw for a failed put. */
    IOException aboutPut(String name, long bytes, IOException e) {
        if (e instanceof StoreFullException) {
            return e;
        }
        OptionalLong usable = usableBytes();
        // What a failed write says is in the user's language, so the room itself is asked as well.
        boolean noRoom = e.getClass() == IOException.class && usable.orElse(Long.MAX_VALUE) < bytes;
        if (!saysFull(e) && !noRoom) {
            return about(name, e);
        }
        String room = usable.isPresent() ? Long.toString(usable.getAsLong()) : "unknown";
        return new StoreFullException(
                "%s: no room for %s: %d bytes needed, %s usable. Free space there, or keep fewer checkpoints, and try again."
                        .formatted(root, name, bytes, room),
                e);
    }

    /** Returns the exception to throw for any failed operation. */
    IOException about(String name, IOException e) {
        if (e instanceof AccessDeniedException denied) {
            return new AccessDeniedException(
                    denied.getFile(),
                    null,
                    "permission denied (expected: user %s may write and read below %s). Change the owner or the mode, or give another path"
                            .formatted(System.getProperty("user.name"), root));
        }
        if (e instanceof FileAlreadyExistsException there && there.getReason() == null) {
            return new FileAlreadyExistsException(
                    there.getFile(),
                    null,
                    "a file stands where a folder is needed for %s. Choose another name, or another path"
                            .formatted(name));
        }
        if (says(e, "read-only file system")) {
            return chained(
                    "%s: read-only file system (expected: one that can be written). Remount it, or give another path"
                            .formatted(root),
                    e);
        }
        if (says(e, "not a directory")) {
            return chained(
                    "%s: a file stands where a folder is needed for %s. Choose another name, or another path"
                            .formatted(root, name),
                    e);
        }
        return e;
    }

    /** Returns whether an error says that there is nothing of that name. */
    static boolean saysAbsent(IOException e) {
        return e instanceof NoSuchFileException || e instanceof NotDirectoryException || says(e, "not a directory");
    }

    private static boolean saysFull(IOException e) {
        return says(e, "no space left") || says(e, "quota exceeded") || says(e, "not enough space");
    }

    private static boolean says(IOException e, String words) {
        String message = e.getMessage();
        return message != null && message.toLowerCase(Locale.ROOT).contains(words);
    }

    private static IOException chained(String message, IOException cause) {
        FileSystemException complaint = new FileSystemException(message);
        complaint.initCause(cause);
        return complaint;
    }

    private OptionalLong usableBytes() {
        for (Path at = root; at != null; at = at.getParent()) {
            if (Files.exists(at)) {
                return usableBytes(at);
            }
        }
        return OptionalLong.empty();
    }

    private static OptionalLong usableBytes(Path folder) {
        try {
            FileStore store = Files.getFileStore(folder);
            return OptionalLong.of(store.getUsableSpace());
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
