package dev.perdure.replica;

import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Requests that wait for one model, bounded; instances take batches of them as {@link Batcher} decides. */
final class BatchQueue {
    private static final Duration RETRY_AFTER = Duration.ofMillis(100);

    private final Batcher batcher;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Item> waiting = new ArrayDeque<>();
    private boolean closed;

    BatchQueue(BatchLimits limits) {
        this.batcher = new Batcher(limits);
    }

    /**
     * Takes a request in.
     *
     * @return false when the queue was closed
     * @throws OipException {@link OipError#OVERLOADED} if it is full
     */
    boolean offer(Item item) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            if (waiting.size() >= batcher.limits().queueMax()) {
                throw OipException.retryAfter(
                        OipError.OVERLOADED,
                        "queue: %d requests wait (expected: fewer). Ask another replica, or again later"
                                .formatted(waiting.size()),
                        RETRY_AFTER);
            }
            waiting.add(item);
            changed.signal();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Takes out a request that nobody waits for any more, if it is not being computed. */
    void withdraw(Item item) {
        lock.lock();
        try {
            waiting.remove(item);
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Returns what to compute next, when there is something; empty when it is closed and nothing waits. */
    List<Item> next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                Batcher.Decision<Item> decision = batcher.decide(waiting, System.nanoTime());
                decision.late().forEach(this::refuse);
                if (!decision.batch().isEmpty()) {
                    return taken(decision.batch());
                }
                if (closed && waiting.isEmpty()) {
                    return List.of();
                }
                long _ = changed.awaitNanos(decision.waitNanos());
            }
        } finally {
            lock.unlock();
        }
    }

    private void refuse(Item late) {
        waiting.remove(late);
        late.late();
    }

    private List<Item> taken(List<Item> batch) {
        batch.forEach(waiting::remove);
        if (!waiting.isEmpty()) {
            changed.signal();
        }
        return batch;
    }

    /** Lets nothing in any more; what waits is still computed. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
