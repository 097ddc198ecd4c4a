package dev.perdure.checkpoint;

import dev.perdure.core.TensorData;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SequencedMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** A fixed number of snapshots that are lent to one save after the other. Those of an outdated layout are replaced. */
final class Snapshots implements AutoCloseable {
    private final int max;
    private final Deque<Snapshot> free = new ArrayDeque<>();
    private final AtomicInteger lent = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private int made;

    Snapshots(int max) {
        this.max = max;
    }

    /** Makes all that may be made, unless they were made before. */
    synchronized void prepare(Layout layout) {
        while (made < max) {
            free.add(make(layout));
        }
    }

    /**
     * Waits for a free snapshot and takes it.
     *
     * @param layout asked when there is none of this part of these tensors' layout
     */
    synchronized Snapshot take(SequencedMap<String, TensorData> tensors, int part, int parts, Supplier<Layout> layout) {
        while (free.isEmpty() && made == max) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted while an earlier save was being written", e);
            }
        }
        Snapshot snapshot = free.poll();
        if (snapshot != null && !snapshot.layout().fits(tensors, part, parts)) {
            bytes.addAndGet(-snapshot.layout().bytes());
            snapshot.close();
            made--;
            snapshot = null;
        }
        if (snapshot == null) {
            snapshot = make(layout.get());
        }
        lent.incrementAndGet();
        return snapshot;
    }

    private Snapshot make(Layout layout) {
        var snapshot = new Snapshot(layout);
        made++;
        bytes.addAndGet(layout.bytes());
        return snapshot;
    }

    /** Returns the size of all that are made. */
    long bytes() {
        return bytes.get();
    }

    synchronized void giveBack(Snapshot snapshot) {
        free.add(snapshot);
        lent.decrementAndGet();
        notifyAll();
    }

    /** Returns whether not all are lent; does not wait for one that is being made. */
    boolean anyFree() {
        return lent.get() < max;
    }

    @Override
    public synchronized void close() {
        free.forEach(Snapshot::close);
        free.clear();
    }
}
