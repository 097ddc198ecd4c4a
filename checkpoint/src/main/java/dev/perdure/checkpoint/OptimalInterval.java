package dev.perdure.checkpoint;

import java.time.Duration;

/**
 * The time between saves that loses the least: saving more often costs more saves, saving less often costs more work redone
 * after a failure.
 *
 * <p>With a save that costs {@code d} and a mean time {@code M} between failures, Young (A first order approximation to the
 * optimum checkpoint interval, CACM 17(9), 1974) found {@code sqrt(2 d M)}. Daly (A higher order estimate of the optimum
 * checkpoint interval for restart dumps, Future Generation Computer Systems 22(3), 2006) refined it for saves that are not
 * short against M, which is used here:
 *
 * <pre>
 * sqrt(2 d M) [1 + 1/3 sqrt(d / 2M) + 1/9 (d / 2M)] - d    for d &lt; 2M
 * M                                                        otherwise
 * </pre>
 */
public final class OptimalInterval {
    /** No shorter than this, and no shorter than a save takes in the background. */
    public static final Duration SHORTEST = Duration.ofSeconds(1);

    private OptimalInterval() {}

    /** Returns the interval for measured costs and failures. */
    public static Duration of(SaveCost cost, FailureRate failures) {
        double seconds = seconds(cost.seconds(), failures.meanSecondsBetween());
        double shortest = Math.max(SHORTEST.toMillis() / 1e3, cost.backgroundSeconds());
        return Duration.ofMillis(Math.round(1e3 * Math.max(shortest, seconds)));
    }

    /**
     * Returns Daly's interval in seconds.
     *
     * @param cost seconds that a save costs the training, >= 0
     * @param meanBetweenFailures seconds, > 0
     */
    public static double seconds(double cost, double meanBetweenFailures) {
        if (!(cost >= 0) || !(meanBetweenFailures > 0)) {
            throw new IllegalArgumentException("cost: %s s, mean between failures: %s s (expected: >= 0, > 0)"
                    .formatted(cost, meanBetweenFailures));
        }
        if (cost >= 2 * meanBetweenFailures) {
            return meanBetweenFailures;
        }
        double ratio = cost / (2 * meanBetweenFailures);
        double young = Math.sqrt(2 * cost * meanBetweenFailures);
        return young * (1 + Math.sqrt(ratio) / 3 + ratio / 9) - cost;
    }
}
