package dev.perdure.reliability;

import java.util.OptionalInt;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/** Several of a kind, of which some are enough, failing independently of each other. */
public final class Redundancy {
    private static final int MOST = 100_000;

    private Redundancy() {}

    /**
     * Returns the chance that at least {@code k} of {@code n} work.
     *
     * @param available the share of time in which one works, 0 to 1
     */
    public static double availability(int k, int n, double available) {
        Checks.atLeast("n", n, 0);
        Checks.share("available", available, true);
        return k <= 0 ? 1 : BinomialDistribution.of(n, available).survivalProbability(k - 1);
    }

    /**
     * Returns the smallest n of which k work with this chance, or nothing if 100,000 would not do.
     *
     * @param target 0 to 1, both excluded
     */
    public static OptionalInt needed(int k, double available, double target) {
        Checks.atLeast("k", k, 1);
        Checks.share("target", target, false);
        if (availability(k, MOST, available) < target) {
            return OptionalInt.empty();
        }
        int low = k;
        int high = MOST;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (availability(k, middle, available) >= target) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return OptionalInt.of(low);
    }
}
