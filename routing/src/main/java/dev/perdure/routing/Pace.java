package dev.perdure.routing;

import java.time.Duration;

/**
 * How late something is that should happen in steady intervals: the worst of late, which falls by a factor of e in five
 * seconds. What is late for everybody is the machine's doing.
 *
 * @param everyNanos how often it should happen
 * @param at when it last did
 * @param lateNanos by how much the worst interval was too long, as far as that is not forgotten
 */
record Pace(long everyNanos, long at, long lateNanos) {
    private static final double TAU_NANOS = 5e9;

    static Pace of(Duration every, long now) {
        return new Pace(every.toNanos(), now, 0);
    }

    /** Returns the pace after it has happened once more. */
    Pace after(long now) {
        long interval = Math.max(0, now - at);
        long kept = (long) (lateNanos * Math.exp(-interval / TAU_NANOS));
        return new Pace(everyNanos, Math.max(at, now), Math.max(kept, interval - everyNanos));
    }
}
