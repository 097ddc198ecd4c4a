package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.perdure.replica.ProcessId;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A gateway's process, as its parent sees it: whether it is there, and whether it says that it lives. It is asked as any client
 * asks ({@code GET /v2/health/live}), at a socket of its own, in plain Java: a parent has no server's libraries in it.
 */
final class GatewayProcess {
    private static final byte[] QUESTION =
            "GET /v2/health/live HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n".getBytes(US_ASCII);
    private static final String ANSWER = "HTTP/1.1 200";

    private final ProcessId id;
    private final ProcessHandle handle;
    private final Optional<Process> child;
    private final Path socket;
    private final AtomicBoolean isHeard = new AtomicBoolean();
    private final AtomicBoolean isAsked = new AtomicBoolean();

    /**
     * One that lives.
     *
     * @param child absent when an earlier parent started it
     */
    GatewayProcess(ProcessId id, ProcessHandle handle, Optional<Process> child, Path socket) {
        this.id = id;
        this.handle = handle;
        this.child = child;
        this.socket = socket;
    }

    long pid() {
        return id.pid();
    }

    boolean isAlive() {
        return child.map(Process::isAlive).orElseGet(id::isAlive);
    }

    /** Returns how it ended, when it was started here. */
    Optional<Integer> exit() {
        return child.filter(process -> !process.isAlive()).map(Process::exitValue);
    }

    void end() {
        handle.destroy();
    }

    void kill() {
        handle.destroyForcibly();
    }

    /** Asks whether it lives, unless an earlier question is open, which ends with the process at the latest. Does not block. */
    void ask() {
        if (isAsked.compareAndSet(false, true)) {
            Thread.ofVirtual().name("ask gateway").start(this::question);
        }
    }

    /** Returns whether it has said that it lives since this was last asked. */
    boolean wasHeard() {
        return isHeard.getAndSet(false);
    }

    private void question() {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap(QUESTION));
            ByteBuffer answer = ByteBuffer.allocate(ANSWER.length());
            while (answer.hasRemaining() && channel.read(answer) >= 0) {}
            if (new String(answer.array(), US_ASCII).equals(ANSWER)) {
                isHeard.set(true);
            }
        } catch (IOException _) {
            // It was not heard, which is all there is to say.
        } finally {
            isAsked.set(false);
        }
    }
}
