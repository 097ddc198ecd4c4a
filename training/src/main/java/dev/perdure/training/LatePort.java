package dev.perdure.training;

import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/** A port that opens while workers are launched already: they take longer to start than it does. */
final class LatePort implements SupervisorPort {
    private final CompletableFuture<SupervisorPort> opened = new CompletableFuture<>();

    /** @param failed hears why it cannot be opened, if it cannot */
    LatePort(Opener ports, RunFolder folder, long epoch, Listener listener, Consumer<Exception> failed) {
        Thread.ofPlatform().daemon().name("perdure-port").start(() -> {
            try {
                opened.complete(ports.open(folder, epoch, listener));
            } catch (IOException | RuntimeException e) {
                opened.completeExceptionally(e);
                failed.accept(e);
            }
        });
    }

    /** Returns whether it is open, or never will be. */
    boolean isSettled() {
        return opened.isDone();
    }

    /** There is a connection to send on only when the port is open, or will be in a moment. */
    @Override
    public void send(long connection, WorkerId worker, ToWorker message) {
        opened.join().send(connection, worker, message);
    }

    @Override
    public void close() {
        try {
            opened.join().close();
        } catch (CompletionException e) {
            // It was never open, which was told.
        }
    }
}
