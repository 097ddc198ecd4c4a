package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A session's folder that belongs to this process, its parent, as long as it lives. */
record HeldFolder(ServeFolder folder, FileLock lock) implements AutoCloseable {

    /**
     * Takes the folder that was named.
     *
     * @throws BadSettingException if another process has it, or it cannot be used
     */
    static HeldFolder named(Path path) throws IOException {
        var folder = new ServeFolder(path);
        if (!folder.isShort()) {
            throw new BadSettingException(
                    "--run %s: too long for the sockets in it (expected: at most about 85 bytes). Use another folder"
                            .formatted(path));
        }
        Files.createDirectories(folder.path());
        return of(folder)
                .orElseThrow(() -> new BadSettingException(
                        "--run %s: another perdure process serves by it (%s). End that one first, or use another folder"
                                .formatted(
                                        path,
                                        ServedProcess.read(folder.parentPid())
                                                .map(parent -> "process " + parent.pid())
                                                .orElse("it has just begun"))));
    }

    /**
     * Takes a folder that nobody named: the one of a process that was asked for the same and was killed, as long as its gateways
     * live, or a new one. Folders that nobody lives in any more are removed.
     *
     * @param temporary where such folders are
     */
    static HeldFolder unnamed(Path temporary, ServeSetup setup) throws IOException {
        for (String name : ServeFolder.names(temporary)) {
            Path path = temporary.resolve(name);
            if (name.startsWith(ServeFolder.PREFIX) && Files.isDirectory(path) && isOwn(path)) {
                Optional<HeldFolder> left = left(new ServeFolder(path), setup);
                if (left.isPresent()) {
                    return left.get();
                }
            }
        }
        var folder = new ServeFolder(Files.createTempDirectory(temporary, ServeFolder.PREFIX));
        return of(folder).orElseThrow(() -> new IOException("%s: taken by another".formatted(folder.path())));
    }

    private static boolean isOwn(Path path) throws IOException {
        return Files.getOwner(path).getName().equals(System.getProperty("user.name"));
    }

    /** What cannot be looked at is left alone, and so is a folder whose owner has just begun, or that never had a parent. */
    private static Optional<HeldFolder> left(ServeFolder folder, ServeSetup setup) throws IOException {
        Optional<HeldFolder> held = Optional.empty();
        boolean isTaken = false;
        try {
            held = folder.hasParentLock() ? of(folder) : Optional.empty();
            if (held.isPresent() && folder.processes().isEmpty()) {
                folder.remove();
            } else {
                isTaken = held.isPresent()
                        && ServeSetup.read(folder.session()).filter(setup::isAs).isPresent();
            }
        } catch (IOException | BadSettingException _) {
            return Optional.empty();
        } finally {
            if (held.isPresent() && !isTaken) {
                held.get().close();
            }
        }
        return isTaken ? held : Optional.empty();
    }

    private static Optional<HeldFolder> of(ServeFolder folder) throws IOException {
        try {
            return folder.lockParent().map(lock -> new HeldFolder(folder, lock));
        } catch (AccessDeniedException e) {
            throw new BadSettingException(
                    "%s: cannot be written to (expected: a folder of your own)".formatted(folder.path()));
        }
    }

    @Override
    public void close() throws IOException {
        lock.channel().close();
    }
}
