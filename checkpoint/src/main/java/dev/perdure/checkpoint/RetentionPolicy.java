package dev.perdure.checkpoint;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which checkpoints are kept. A checkpoint stays while any rule speaks for it.
 *
 * @param newest this many of the newest
 * @param everySteps those whose step is a multiple
 * @param best the best by a metric
 * @param age those younger than this
 */
public record RetentionPolicy(int newest, OptionalLong everySteps, Optional<Best> best, Optional<Duration> age) {
    public RetentionPolicy {
        if (newest < 1) {
            throw new IllegalArgumentException("newest: " + newest + " (expected: >= 1)");
        }
        if (everySteps.isPresent() && everySteps.getAsLong() < 1) {
            throw new IllegalArgumentException("everySteps: " + everySteps.getAsLong() + " (expected: >= 1)");
        }
    }

    /**
     * The best by a metric: the smallest where the name speaks of a loss or an error, otherwise the greatest. NaN is never
     * best. Among equals the newer one is.
     */
    public record Best(String metric, int count) {
        public Best {
            if (count < 1) {
                throw new IllegalArgumentException("best count: " + count + " (expected: >= 1)");
            }
        }

        boolean smallestFirst() {
            String lower = metric.toLowerCase(java.util.Locale.ROOT);
            return lower.contains("loss") || lower.contains("error") || lower.contains("perplexity");
        }
    }

    /** Keeps the newest few and nothing else. */
    public static RetentionPolicy newest(int count) {
        return new RetentionPolicy(count, OptionalLong.empty(), Optional.empty(), Optional.empty());
    }
}
