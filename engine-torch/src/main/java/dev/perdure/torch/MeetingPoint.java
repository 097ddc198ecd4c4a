package dev.perdure.torch;

import dev.perdure.core.BadSettingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;

/** Where members find each other: a place in which each leaves its address for the others. */
sealed interface MeetingPoint {
    Pattern TCP = Pattern.compile("tcp:([^:/]+):(\\d{1,5})/(.+)");
    String FILE = "file:";

    /** Opens the place; within a pointer scope. */
    Store open(int size, Duration timeout);

    /** A file that is made by whoever comes first. */
    record File(Path path) implements MeetingPoint {
        @Override
        public Store open(int size, Duration timeout) {
            Path folder = path.toAbsolutePath().getParent();
            if (folder == null || !Files.isDirectory(folder)) {
                throw new BadSettingException(
                        "meeting point: file:%s (expected: a file in a folder that exists). Make %s."
                                .formatted(path, folder));
            }
            var store = new FileStore(path.toString(), size);
            store.setTimeout(new Milliseconds(timeout.toMillis()));
            return store;
        }
    }

    /** A process that keeps what it is told in memory. */
    record Server(String host, int port, String prefix) implements MeetingPoint {
        @Override
        public Store open(int size, Duration timeout) {
            var options = new TCPStoreOptions();
            options.port((short) port);
            options.isServer(false);
            options.waitWorkers(false);
            options.numWorkers(new SizeTPointer(1).put(size));
            options.timeout(new Milliseconds(timeout.toMillis()));
            return new PrefixStore(prefix, new TCPStore(host, options).clone());
        }
    }

    /** @throws BadSettingException if the text is not a meeting point */
    static MeetingPoint parse(String text) {
        if (text.startsWith(FILE) && text.length() > FILE.length()) {
            return new File(Path.of(text.substring(FILE.length())));
        }
        Matcher tcp = TCP.matcher(text);
        if (tcp.matches()) {
            return new Server(tcp.group(1), Integer.parseInt(tcp.group(2)), tcp.group(3));
        }
        throw new BadSettingException(
                "meeting point: %s (expected: file:PATH or tcp:HOST:PORT/PREFIX)".formatted(text));
    }
}
