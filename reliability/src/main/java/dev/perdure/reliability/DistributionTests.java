package dev.perdure.reliability;

import org.apache.commons.statistics.inference.FisherExactTest;

/**
 * Whether two samples come from the same distribution. For one look at data that are complete, as {@link HypothesisTests};
 * samples are taken to be independent.
 */
public final class DistributionTests {
    private static final double SMALLEST_TERM = 1e-18;

    private DistributionTests() {}

    /**
     * Returns the greatest distance between two samples' distribution functions.
     *
     * @param a ascending, at least one value
     * @param b ascending, at least one value
     */
    public static double distance(double[] a, double[] b) {
        Checks.atLeast("values", Math.min(a.length, b.length), 1);
        double greatest = 0;
        int i = 0;
        int j = 0;
        while (i < a.length && j < b.length) {
            double value = Math.min(a[i], b[j]);
            while (i < a.length && a[i] <= value) {
                i++;
            }
            while (j < b.length && b[j] <= value) {
                j++;
            }
            greatest = Math.max(greatest, Math.abs((double) i / a.length - (double) j / b.length));
        }
        return greatest;
    }

    /**
     * Tests whether two samples with this {@link #distance} come from one distribution (Kolmogorov, Smirnov), by the limit for
     * large samples, which errs towards no alarm in small ones and where values repeat.
     *
     * @param n size of one sample
     * @param m size of the other
     */
    public static TestResult kolmogorovSmirnov(double distance, long n, long m) {
        double size = (double) Checks.atLeast("n", n, 1) * Checks.atLeast("m", m, 1) / ((double) n + m);
        return new TestResult(
                "Kolmogorov-Smirnov", distance, tail(Checks.share("distance", distance, true) * Math.sqrt(size)));
    }

    private static double tail(double lambda) {
        if (lambda < 0.2) {
            return 1; // to 12 digits, where the series does not converge
        }
        double sum = 0;
        for (int k = 1; k < 200; k++) {
            double term = Math.exp(-2.0 * k * k * lambda * lambda);
            sum += k % 2 == 1 ? term : -term;
            if (term < SMALLEST_TERM) {
                break;
            }
        }
        return Math.clamp(2 * sum, 0, 1);
    }

    /**
     * Tests whether something happens equally often in two samples (Fisher's exact test, two-sided).
     *
     * @param hitsA of {@code a} cases, 0 to {@code a}
     * @param hitsB of {@code b} cases, 0 to {@code b}
     */
    public static TestResult sameShare(int hitsA, int a, int hitsB, int b) {
        double difference = (double) hitsA / a - (double) hitsB / b;
        boolean certain = hitsA + hitsB == 0 || (hitsA == a && hitsB == b);
        int[][] table = {{hitsA, a - hitsA}, {hitsB, b - hitsB}};
        double pValue = certain
                ? 1
                : Math.min(1, FisherExactTest.withDefaults().test(table).getPValue());
        return new TestResult("Fisher's exact", difference, pValue);
    }

    /**
     * Returns the population stability index: how far shares have moved, {@code Σ (b − a) ln(b / a)}; 0 when they are the
     * same. By custom less than 0.1 is little, more than 0.25 much.
     *
     * @param a shares, > 0
     * @param b as many shares, > 0
     */
    public static double stabilityIndex(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (b[i] - a[i]) * Math.log(Checks.positive("share", b[i]) / Checks.positive("share", a[i]));
        }
        return sum;
    }
}
