package dev.perdure.routing;

import java.time.Duration;

/**
 * So many in a second, and so many at once.
 *
 * @param perSecond how fast tokens come, > 0
 * @param burst how many there can be, >= 1
 * @param tokens how many there were
 * @param at when
 */
public record TokenBucket(double perSecond, double burst, double tokens, long at) {
    public TokenBucket {
        Checks.atLeast("perSecond", perSecond, 1e-9);
        Checks.atLeast("burst", burst, 1);
    }

    /**
     * What came of asking for a token.
     *
     * @param retryAfter when there would be one; zero if there was
     */
    public record Taken(TokenBucket next, boolean granted, Duration retryAfter) {}

    /** Returns a full bucket. */
    public static TokenBucket full(double perSecond, double burst, long now) {
        return new TokenBucket(perSecond, burst, burst, now);
    }

    /** Takes a token if there is one. */
    public Taken take(long now) {
        TokenBucket filled = filled(now);
        if (filled.tokens >= 1) {
            return new Taken(new TokenBucket(perSecond, burst, filled.tokens - 1, now), true, Duration.ZERO);
        }
        double seconds = (1 - filled.tokens) / perSecond;
        return new Taken(filled, false, Duration.ofNanos((long) Math.ceil(1e9 * seconds)));
    }

    private TokenBucket filled(long now) {
        double more = perSecond * Math.max(0, now - at) / 1e9;
        return new TokenBucket(perSecond, burst, Math.min(burst, tokens + more), Math.max(at, now));
    }

    /** Returns whether nothing would be lost by forgetting it. */
    public boolean isFull(long now) {
        return filled(now).tokens >= burst;
    }
}
