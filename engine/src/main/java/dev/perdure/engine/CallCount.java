package dev.perdure.engine;

import java.util.concurrent.Semaphore;

/** Counts calls under way, so that what they use is freed only when the last one is out. */
final class CallCount {
    private final Semaphore places = new Semaphore(Integer.MAX_VALUE);
    private volatile boolean closed;

    /** A call under way. */
    interface Call extends AutoCloseable {
        @Override
        void close();
    }

    /** @throws PredictorClosedException if it was closed */
    Call enter() {
        if (closed || !places.tryAcquire()) {
            throw new PredictorClosedException();
        }
        return places::release;
    }

    /** Lets nobody in any more. Returns true to the first who asks, when everybody is out, and false to others, at once. */
    boolean close() {
        boolean first = closeOnce();
        if (first) {
            places.acquireUninterruptibly(Integer.MAX_VALUE);
        }
        return first;
    }

    private synchronized boolean closeOnce() {
        boolean first = !closed;
        closed = true;
        return first;
    }
}
