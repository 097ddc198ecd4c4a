package dev.perdure.cli;

import dev.perdure.oip.ModelId;
import dev.perdure.replica.Hosting.Offered;
import dev.perdure.replica.Hosting.Owned;
import dev.perdure.replica.ProcessId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replica that is kept for another host, from its start until its end is forgotten. Of its process a file says which it is, by
 * which a later life of this process finds it. Guarded by whoever keeps it.
 */
final class HostedReplica {
    private static final Logger LOG = LoggerFactory.getLogger(HostedReplica.class);
    private static final int EXIT_UNKNOWN = -1;

    private final ServedProcess process;
    private final ProcessHandle handle;
    private final boolean isChild;
    private final Path folder;
    private final long file;
    private int port;
    private boolean hasEnded;
    private int exit;
    private long endedNanos;
    private String words = "";
    private long toEndNanos;
    private boolean isToEnd;

    /**
     * One whose process lives.
     *
     * @param process with owner and id
     * @param isChild whether the end of its process is told to this one
     * @param file the number of its files in the folder
     */
    HostedReplica(ServedProcess process, ProcessHandle handle, boolean isChild, Path folder, long file) {
        this.process = process;
        this.handle = handle;
        this.isChild = isChild;
        this.folder = folder;
        this.file = file;
        this.port = process.port() == null ? 0 : process.port();
    }

    /** Returns the one of which a file of this number says that it lives; nothing when it does not. */
    static Optional<HostedReplica> left(Path folder, long file) {
        return ServedProcess.read(pid(folder, file))
                .filter(process -> process.owner() != null && process.id() != null && process.number() != null)
                .flatMap(process -> process.process()
                        .handle()
                        .map(handle -> new HostedReplica(process, handle, false, folder, file)));
    }

    private static Path pid(Path folder, long file) {
        return folder.resolve("r" + file + ".pid");
    }

    static Path socket(Path folder, long file) {
        return folder.resolve("r" + file + ".sock");
    }

    static Path log(Path folder, long file) {
        return folder.resolve("r" + file + ".log");
    }

    Path socket() {
        return socket(folder, file);
    }

    String id() {
        return Objects.requireNonNull(process.id());
    }

    String owner() {
        return Objects.requireNonNull(process.owner());
    }

    Offered bundle() {
        return new Offered(
                ModelId.of(Objects.requireNonNull(process.model()), Objects.requireNonNull(process.version())),
                Objects.requireNonNull(process.digest()));
    }

    String name() {
        return "replica %d of %s (process %d)".formatted(process.number(), bundle().model(), process.pid());
    }

    Owned seen() {
        return new Owned(id(), Objects.requireNonNull(process.number()), bundle(), port, hasEnded, exit, words);
    }

    ProcessId processId() {
        return process.process();
    }

    boolean hasEnded() {
        return hasEnded;
    }

    boolean isAsked() {
        return port > 0;
    }

    /** Returns whether it ended before this, on the clock of {@link System#nanoTime}. */
    boolean endedBefore(long nanos) {
        return hasEnded && endedNanos - nanos < 0;
    }

    /** It can be asked, at a port. */
    void askedAt(int where) {
        port = where;
        write(process.askedAt(where));
    }

    /** Writes that it is there. One of which nothing can be noted serves as well; nobody takes it over later. */
    void write() {
        write(process);
    }

    private void write(ServedProcess said) {
        try {
            said.write(pid(folder, file));
        } catch (IOException e) {
            LOG.warn("{}: not noted in {}: {}", name(), folder, e.toString());
        }
    }

    /** Its process is gone. */
    void ended(int how, long nanos) {
        if (hasEnded) {
            return;
        }
        hasEnded = true;
        exit = how;
        endedNanos = nanos;
        words = port == 0 ? lastWords() : "";
        pid(folder, file).toFile().delete();
        socket().toFile().delete();
    }

    /** Takes note of its end if nobody is told of that; how it ended nobody knows then. */
    void look(long nanos) {
        if (!isChild && !hasEnded && !processId().isAlive()) {
            ended(EXIT_UNKNOWN, nanos);
        }
    }

    private String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log(folder, file));
            return lines.isEmpty() ? "" : lines.getLast();
        } catch (IOException _) {
            return "";
        }
    }

    /** Has it answer what is under way and end. Returns whether it was not told before. */
    boolean stop(long nanos) {
        boolean isFirst = !isToEnd;
        isToEnd = true;
        toEndNanos = isFirst ? nanos : toEndNanos;
        if (isFirst && !hasEnded) {
            handle.destroy();
        }
        return isFirst;
    }

    /** Returns whether it was told to end before this, and has not. */
    boolean isLate(long nanos) {
        return isToEnd && !hasEnded && toEndNanos - nanos < 0;
    }

    void kill() {
        if (!hasEnded) {
            handle.destroyForcibly();
        }
    }
}
