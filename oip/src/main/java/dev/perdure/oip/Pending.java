package dev.perdure.oip;

import java.util.concurrent.CompletableFuture;

/**
 * A request that is under way. It always completes with an {@link Outcome}, never with an exception; cancelling it tells
 * the server, and completes it at once.
 */
public final class Pending extends CompletableFuture<Outcome> {
    private final Runnable abandon;

    /**
     * @param abandon tells the server that nobody waits any more; called once at most
     */
    Pending(Runnable abandon) {
        this.abandon = abandon;
    }

    @Override
    public boolean cancel(boolean mayInterrupt) {
        boolean first = complete(new Outcome.Cancelled());
        if (first) {
            abandon.run();
        }
        return first;
    }
}
