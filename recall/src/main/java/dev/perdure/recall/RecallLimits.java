package dev.perdure.recall;

import java.time.Duration;

/**
 * How much is kept, and how long.
 *
 * @param ageMax older answers are not given; at least a second
 * @param bytesMax of all answers with what is needed to find them, about; in memory, and as many again on disk
 */
public record RecallLimits(Duration ageMax, long bytesMax) {
    public RecallLimits {
        if (ageMax.toMillis() < 1000) {
            throw new IllegalArgumentException("known answers: age %s (expected: at least a second)".formatted(ageMax));
        }
        if (bytesMax < 1 << 16) {
            throw new IllegalArgumentException(
                    "known answers: %d bytes (expected: at least 65536)".formatted(bytesMax));
        }
    }

    /** Returns an hour, and 64 MiB. */
    public static RecallLimits usual() {
        return new RecallLimits(Duration.ofHours(1), 64L << 20);
    }

    /** An answer of the future is one of a clock that went wrong, and nobody knows how old it is. */
    boolean isFresh(KnownAnswer answer, long nowMillis) {
        long age = nowMillis - answer.atMillis();
        return age >= 0 && age <= ageMax.toMillis();
    }
}
