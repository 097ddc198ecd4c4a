package dev.perdure.core;

import java.time.Duration;

/** How long to wait before trying again: doubling from the first pause up to the longest, a bounded number of times. */
public record Backoff(int attemptsMax, Duration pauseFirst, Duration pauseMax) {

    public Backoff {
        if (attemptsMax < 1) {
            throw new IllegalArgumentException("attemptsMax: " + attemptsMax + " (expected: >= 1)");
        }
        if (pauseFirst.isNegative() || pauseMax.compareTo(pauseFirst) < 0) {
            throw new IllegalArgumentException("pauseFirst: %s, pauseMax: %s (expected: 0 <= pauseFirst <= pauseMax)"
                    .formatted(pauseFirst, pauseMax));
        }
    }

    /** Returns the pause after the n-th failed attempt, n counting from 1. */
    public Duration pauseAfter(int attempt) {
        Duration doubled = pauseFirst.multipliedBy(1L << Math.clamp(attempt - 1, 0, 20));
        return doubled.compareTo(pauseMax) < 0 ? doubled : pauseMax;
    }

    /** Returns whether another attempt may follow the n-th. */
    public boolean allowsAfter(int attempt) {
        return attempt < attemptsMax;
    }
}
