package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.gateway.Gateway;
import dev.perdure.oip.OipServer;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.replica.Parentage;
import dev.perdure.replica.ProcessId;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What makes a process one of a session's gateways: there is one of its number at a time, a file says which process it is, it can
 * be asked whether it lives, and it ends when nobody has been its parent for long. Whoever is named in the folder's {@code
 * parent.pid} is its parent, so one that takes over needs not be told to anybody.
 */
final class GatewayLife implements AutoCloseable {
    private static final long LOOK_MILLIS = 200;
    private static final Duration LOCKED_WITHIN = Duration.ofSeconds(5);

    private final ServeFolder folder;
    private final int number;
    private final FileLock lock;
    private final Duration orphanMax;
    private final Consumer<String> orphaned;
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("parent").unstarted(task));
    private @Nullable OipServer control;
    private Parentage parentage = Parentage.KNOWN; // on the looking thread

    /**
     * Begins to be one.
     *
     * @param orphaned told why, when it has had no parent for so long
     * @throws BadSettingException if another process is this gateway
     */
    GatewayLife(ServeFolder folder, int number, Duration orphanMax, Consumer<String> orphaned) throws IOException {
        this.folder = folder;
        this.number = number;
        this.orphanMax = orphanMax;
        this.orphaned = orphaned;
        this.lock = locked();
        ServedProcess.gateway(number, ProcessId.current()).write(folder.gatewayPid(number));
        var _ = looks.scheduleAtFixedRate(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Its predecessor may be just ending. */
    private FileLock locked() throws IOException {
        long end = System.nanoTime() + LOCKED_WITHIN.toNanos();
        while (true) {
            Optional<FileLock> mine = folder.lockGateway(number);
            if (mine.isPresent()) {
                return mine.get();
            }
            if (System.nanoTime() - end > 0) {
                throw new TakenException(folder, number);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
        }
    }

    /** Another process is this gateway. */
    static final class TakenException extends IOException {
        private static final long serialVersionUID = 1;

        private TakenException(ServeFolder folder, int number) {
            super("%s: another process is gateway %d (expected: none)".formatted(folder.path(), number));
        }
    }

    private void look() {
        boolean hasParent = ServedProcess.read(folder.parentPid())
                .filter(ServedProcess::isAlive)
                .isPresent();
        long now = System.nanoTime();
        parentage = parentage.seen(hasParent, now);
        if (parentage.orphanFor(orphanMax, now)) {
            looks.shutdown();
            orphaned.accept(
                    "its parent has been gone for %d s, and nobody came in its place".formatted(orphanMax.toSeconds()));
        }
    }

    /** Has it answer at its own socket: its parent, which asks whether it lives, and other gateways. */
    void answerFor(Gateway gateway) throws IOException {
        control = new OipServer(
                gateway, OipServerSettings.DEFAULT, List.of(folder.gatewaySocket(number)), gateway.pages());
    }

    @Override
    public void close() throws IOException {
        looks.shutdownNow();
        if (control != null) {
            control.close();
        }
        Files.deleteIfExists(folder.gatewayPid(number));
        lock.channel().close();
    }
}
