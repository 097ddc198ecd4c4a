package dev.perdure.replica;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** The file by which a Unix domain socket is found. */
final class SocketFile {
    private SocketFile() {}

    /** @throws IOException if somebody listens there, or it is no socket */
    static void requireStale(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isOther()) {
            throw new FileAlreadyExistsException(
                    "socket: %s is no socket (expected: one, or nothing). Use another path".formatted(path));
        }
        if (answers(path)) {
            throw new FileAlreadyExistsException(
                    "socket: somebody listens at %s (expected: nobody). End that process, or use another path"
                            .formatted(path));
        }
    }

    private static boolean answers(Path path) throws IOException {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(path));
        } catch (SocketException _) {
            return false;
        }
    }
}
