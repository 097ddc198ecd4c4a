package dev.perdure.checkpoint;

import dev.perdure.core.State;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/** A fixed number of snapshots that are lent to one save after the other. Those of an outdated layout are replaced. */
final class Snapshots implements AutoCloseable {
    private final int max;
    private final Deque<Snapshot> free = new ArrayDeque<>();
    private int made;

    Snapshots(int max) {
        this.max = max;
    }

    /** Makes all that may be made, unless they were made before. */
    synchronized void prepare(Layout layout) {
        while (made < max) {
            free.add(new Snapshot(layout));
            made++;
        }
    }

    /**
     * Waits for a free snapshot and takes it.
     *
     * @param layout asked when there is none of this state's layout
     */
    synchronized Snapshot take(State state, Supplier<Layout> layout) {
        while (free.isEmpty() && made == max) {
            awaitChange();
        }
        Snapshot snapshot = free.poll();
        if (snapshot != null && snapshot.layout().fits(state)) {
            return snapshot;
        }
        if (snapshot != null) {
            snapshot.close();
            made--;
        }
        Snapshot fresh = new Snapshot(layout.get());
        made++;
        return fresh;
    }

    private void awaitChange() {
        try {
            wait();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted while an earlier save was being written", e);
        }
    }

    synchronized void giveBack(Snapshot snapshot) {
        free.add(snapshot);
        notifyAll();
    }

    synchronized boolean anyFree() {
        return !free.isEmpty() || made < max;
    }

    @Override
    public synchronized void close() {
        free.forEach(Snapshot::close);
        free.clear();
    }
}
