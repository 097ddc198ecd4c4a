package dev.perdure.wire;

import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** What a listener heard, in order, with the time. */
final class Heard implements SupervisorServer.Listener, SupervisorClient.Listener {
    static final Duration PATIENCE = Duration.ofSeconds(20);

    final BlockingQueue<Thing> things = new LinkedBlockingQueue<>();

    /**
     * One thing that was told.
     *
     * @param what the message; or what befell a connection, and why
     */
    record Thing(Object what, long nanos) {
        @Override
        public String toString() {
            return what.toString();
        }
    }

    /** A connection ended. */
    record Lost(WorkerId worker, String why) {}

    /** No supervisor was reached. */
    record Unreachable(int attempt, String why) {}

    private void heard(Object what) {
        things.add(new Thing(what, System.nanoTime()));
    }

    @Override
    public void said(WorkerId worker, FromWorker message) {
        heard(message);
    }

    @Override
    public void lost(WorkerId worker, String why) {
        heard(new Lost(worker, why));
    }

    @Override
    public void said(ToWorker message) {
        heard(message);
    }

    @Override
    public void lost(String why) {
        heard(new Lost(new WorkerId("me"), why));
    }

    @Override
    public void unreachable(int attempt, String why) {
        heard(new Unreachable(attempt, why));
    }

    /** Waits for the next thing of a kind; other things before it are skipped. */
    <T> T next(Class<T> kind) {
        return kind.cast(nextTimed(kind, _ -> true).what());
    }

    Thing nextTimed(Class<?> kind, Predicate<Object> wanted) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (true) {
                Thing thing = things.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (thing == null) {
                    throw new AssertionError("heard no %s within %s".formatted(kind.getSimpleName(), PATIENCE));
                }
                if (kind.isInstance(thing.what()) && wanted.test(thing.what())) {
                    return thing;
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
