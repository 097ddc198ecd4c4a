package dev.perdure.replica;

import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Requests that wait for one model, bounded; instances take batches of them as {@link Batcher} decides. They wait by priority,
 * and within one in the order in which they came; for the most urgent there is some more room than for others, so that whoever
 * asks whether all is well is answered when there is too much to do.
 */
final class BatchQueue {
    private static final Duration RETRY_AFTER = Duration.ofMillis(100);
    private static final long URGENT = 1;
    private static final int URGENT_ROOM = 16;

    private final Batcher batcher;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final TreeMap<Long, LinkedHashSet<Item>> waiting = new TreeMap<>();
    private int size;
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
            int room = item.priority() <= URGENT ? URGENT_ROOM : 0;
            if (size >= batcher.limits().queueMax() + room) {
                throw OipException.retryAfter(
                        OipError.OVERLOADED,
                        "queue: %d requests wait (expected: fewer). Ask another replica, or again later"
                                .formatted(size),
                        RETRY_AFTER);
            }
            if (waiting.computeIfAbsent(item.priority(), _ -> new LinkedHashSet<>())
                    .add(item)) {
                size++;
            }
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
            remove(item);
        } finally {
            lock.unlock();
        }
    }

    int size() {
        lock.lock();
        try {
            return size;
        } finally {
            lock.unlock();
        }
    }

    /** Returns what to compute next, when there is something; empty when it is closed and nothing waits. */
    List<Item> next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (true) {
                Batcher.Decision<Item> decision = batcher.decide(inOrder(), System.nanoTime());
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

    private List<Item> inOrder() {
        return waiting.values().stream().flatMap(LinkedHashSet::stream).toList();
    }

    private void remove(Item item) {
        waiting.computeIfPresent(item.priority(), (_, line) -> {
            size -= line.remove(item) ? 1 : 0;
            return line.isEmpty() ? null : line;
        });
    }

    private void refuse(Item late) {
        remove(late);
        late.late();
    }

    private List<Item> taken(List<Item> batch) {
        batch.forEach(this::remove);
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
