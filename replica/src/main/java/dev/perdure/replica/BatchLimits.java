package dev.perdure.replica;

import java.time.Duration;

/**
 * How requests for one model wait and are computed together.
 *
 * @param samplesMax the most samples that are computed at once; a single request of more is computed alone
 * @param delayMax how long a request may wait for others although an instance is free; zero for not at all, which still makes
 *     batches of what came while all instances were busy
 * @param queueMax the most requests that wait; more are turned away
 */
public record BatchLimits(int samplesMax, Duration delayMax, int queueMax) {
    /** 32 samples, no waiting, 1,024 requests. */
    public static final BatchLimits DEFAULT = new BatchLimits(32, Duration.ZERO, 1024);

    public BatchLimits {
        if (samplesMax < 1 || queueMax < 1) {
            throw new IllegalArgumentException(
                    "samplesMax: %d, queueMax: %d (expected: >= 1)".formatted(samplesMax, queueMax));
        }
        if (delayMax.isNegative() || delayMax.toSeconds() >= 10) {
            throw new IllegalArgumentException("delayMax: %s (expected: 0 to 10 s)".formatted(delayMax));
        }
    }
}
