package dev.perdure.training;

import java.util.function.LongSupplier;

/**
 * Books the time around failures that no worker is left to book: from a last step until the next one, whatever is unbooked
 * went into noticing, as far as that took so long, and else into regrouping. Owned by the supervisor's thread.
 */
final class Downtime {
    private final ProgressFile progress;
    private final LongSupplier nanoTime;
    private long steppedAt;
    private long unbookedThen;
    private long detectNanos;
    private boolean failing;

    /** @param nanoTime as {@link System#nanoTime} */
    Downtime(ProgressFile progress, LongSupplier nanoTime) {
        this.progress = progress;
        this.nanoTime = nanoTime;
        this.steppedAt = nanoTime.getAsLong();
        this.unbookedThen = progress.unbooked();
    }

    /** Something failed, and was noticed so long after it did. */
    void failed(long nanos) {
        failing = true;
        detectNanos = Math.max(detectNanos, nanos);
    }

    /** A step was applied. */
    void stepped() {
        long now = nanoTime.getAsLong();
        if (failing) {
            long gap = Math.clamp(progress.unbooked() - unbookedThen, 0, now - steppedAt);
            long detecting = Math.min(gap, detectNanos);
            progress.book(Purpose.DETECT, detecting);
            progress.book(Purpose.REGROUP, gap - detecting);
        }
        failing = false;
        detectNanos = 0;
        steppedAt = now;
        unbookedThen = progress.unbooked();
    }
}
