package dev.perdure.cli;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Time in which whoever looks at it was attentive: of a longer pause between two looks only so much counts, because this process
 * stood still then, and so perhaps all others. Owned by one thread.
 */
final class AttentiveClock {
    private final long pauseMaxNanos;
    private final LongSupplier nanoTime;
    private long seen;
    private long now;

    AttentiveClock(Duration pauseMax, LongSupplier nanoTime) {
        this.pauseMaxNanos = pauseMax.toNanos();
        this.nanoTime = nanoTime;
        this.seen = nanoTime.getAsLong();
    }

    /** Looks, and returns nanoseconds since it was made. */
    long look() {
        long nanos = nanoTime.getAsLong();
        now += Math.min(nanos - seen, pauseMaxNanos);
        seen = nanos;
        return now;
    }
}
