package dev.perdure.reliability;

/**
 * The time between saves that loses the least: saving more often costs more saves, saving less often costs more work redone
 * after a failure.
 *
 * <p>Two closed forms, for a save that costs {@code d} and a mean time {@code M} between failures; {@link SegmentModel} has
 * the numeric optimum with everything else in it. That changes the optimum little: the time to detect and to restart is lost
 * once a failure whatever the interval, so it does not move the optimum at all, while errors found only at the next check
 * move it much.
 */
public final class CheckpointInterval {
    private CheckpointInterval() {}

    /**
     * Returns {@code sqrt(2 d M)}, the work between saves in seconds (Young: A first order approximation to the optimum
     * checkpoint interval, CACM 17(9), 1974). For saves that are short against M.
     *
     * @param cost seconds that a save costs the training, >= 0
     * @param meanBetweenFailures seconds, > 0
     */
    public static double young(double cost, double meanBetweenFailures) {
        check(cost, meanBetweenFailures);
        return Math.sqrt(2 * cost * meanBetweenFailures);
    }

    /**
     * Returns the work between saves in seconds (Daly: A higher order estimate of the optimum checkpoint interval for
     * restart dumps, Future Generation Computer Systems 22(3), 2006):
     *
     * <pre>
     * sqrt(2 d M) [1 + 1/3 sqrt(d / 2M) + 1/9 (d / 2M)] - d    for d &lt; 2M
     * M                                                        otherwise
     * </pre>
     *
     * @param cost seconds that a save costs the training, >= 0
     * @param meanBetweenFailures seconds, > 0
     */
    public static double daly(double cost, double meanBetweenFailures) {
        double young = young(cost, meanBetweenFailures);
        if (cost >= 2 * meanBetweenFailures) {
            return meanBetweenFailures;
        }
        double ratio = cost / (2 * meanBetweenFailures);
        return young * (1 + Math.sqrt(ratio) / 3 + ratio / 9) - cost;
    }

    private static void check(double cost, double meanBetweenFailures) {
        if (!(cost >= 0) || !(meanBetweenFailures > 0)) {
            throw new IllegalArgumentException("cost: %s s, mean between failures: %s s (expected: >= 0, > 0)"
                    .formatted(cost, meanBetweenFailures));
        }
    }
}
