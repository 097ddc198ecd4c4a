package dev.perdure.replica;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Whether a process still has somebody to work for.
 *
 * @param goneNanos since when nobody has been there, on a monotonic clock; absent while somebody is
 */
public record Parentage(OptionalLong goneNanos) {
    /** Somebody is there. */
    public static final Parentage KNOWN = new Parentage(OptionalLong.empty());

    /** Returns what is known after one look. */
    public Parentage seen(boolean alive, long nowNanos) {
        if (alive) {
            return KNOWN;
        }
        return goneNanos.isPresent() ? this : new Parentage(OptionalLong.of(nowNanos));
    }

    /** Returns whether nobody has been there for so long. */
    public boolean orphanFor(Duration bound, long nowNanos) {
        return goneNanos.isPresent() && nowNanos - goneNanos.getAsLong() >= bound.toNanos();
    }
}
