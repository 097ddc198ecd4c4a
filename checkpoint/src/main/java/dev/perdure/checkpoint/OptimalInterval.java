package dev.perdure.checkpoint;

import dev.perdure.reliability.CheckpointInterval;
import dev.perdure.reliability.FailureRate;
import java.time.Duration;

/**
 * The time between saves that loses the least, by Daly's formula ({@link CheckpointInterval#daly}), within what saving
 * allows.
 */
public final class OptimalInterval {
    /** No shorter than this, and no shorter than a save takes in the background. */
    public static final Duration SHORTEST = Duration.ofSeconds(1);

    private OptimalInterval() {}

    /** Returns the interval for measured costs and failures. */
    public static Duration of(SaveCost cost, FailureRate failures) {
        double seconds = CheckpointInterval.daly(cost.seconds(), failures.meanSecondsBetween());
        double shortest = Math.max(SHORTEST.toMillis() / 1e3, cost.backgroundSeconds());
        return Duration.ofMillis(Math.round(1e3 * Math.max(shortest, seconds)));
    }
}
