package dev.perdure.replica;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Whether a process still has somebody to work for.
 *
 * @param goneNanos since when nobody has been there, on a monotonic clock; absent while somebody is
 */
record Parentage(OptionalLong goneNanos) {
    /** Somebody is there. */
    static final Parentage KNOWN = new Parentage(OptionalLong.empty());

    /** Returns what is known after one look. */
    Parentage seen(boolean alive, long nowNanos) {
        if (alive) {
            return KNOWN;
        }
        return goneNanos.isPresent() ? this : new Parentage(OptionalLong.of(nowNanos));
    }

    /** Returns whether nobody has been there for so long. */
    boolean orphanFor(Duration bound, long nowNanos) {
        return goneNanos.isPresent() && nowNanos - goneNanos.getAsLong() >= bound.toNanos();
    }
}
