package dev.perdure.reliability;

import java.util.Arrays;
import java.util.List;

/**
 * A p-value for "this happens in no more than such a share of cases" that stays valid however often one looks and whenever
 * one stops. Each case brings its own limit, so the test goes on when circumstances change: when a canary's share of the
 * traffic grows, so does the share of all errors that may be its own.
 *
 * <p>For odds θ times those of the limit {@code q}, the likelihood of a case over its likelihood at the limit is {@code
 * θ/(1 − q + θq)} when it happens and {@code 1/(1 − q + θq)} when it does not. The product is a supermartingale for every
 * true chance up to the limit, given all earlier cases, and so is the mean over several θ; by Ville's inequality its maximum
 * passes {@code 1/alpha} with probability at most {@code alpha} (Wald 1945; Robbins 1970; as e-values: Grünwald, de Heide,
 * Koolen: Safe testing, JRSS B 86(5), 2024).
 *
 * @param logRatios logarithms of the likelihood ratios, one for each of the odds looked for
 * @param cases seen so far
 * @param happened in how many of these it happened
 * @param pValue the smallest so far: 1 at the begin
 */
public record AlwaysValidShareTest(List<Double> logRatios, long cases, long happened, double pValue) {
    private static final double[] ODDS = {1.5, 2, 4, 8, 16, 64};

    public AlwaysValidShareTest {
        logRatios = List.copyOf(logRatios);
        if (logRatios.size() != ODDS.length) {
            throw new IllegalArgumentException("logRatios: %d (expected: %d)".formatted(logRatios.size(), ODDS.length));
        }
        Checks.atLeast("cases", cases, 0);
        Checks.atLeast("happened", happened, 0);
        Checks.share("pValue", pValue, true);
    }

    /** Returns a test that has seen nothing. */
    public static AlwaysValidShareTest begin() {
        return new AlwaysValidShareTest(Arrays.stream(ODDS).mapToObj(_ -> 0.0).toList(), 0, 0, 1);
    }

    /**
     * Takes a case.
     *
     * @param happens whether it happened
     * @param limit the largest chance of that when all is well, given everything seen before, > 0 and < 1
     */
    public AlwaysValidShareTest after(boolean happens, double limit) {
        Checks.share("limit", limit, false);
        Double[] next = new Double[ODDS.length];
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < ODDS.length; i++) {
            double odds = ODDS[i];
            next[i] = logRatios.get(i) + (happens ? Math.log(odds) : 0) - Math.log(1 - limit + odds * limit);
            max = Math.max(max, next[i]);
        }
        double sum = 0;
        for (double ratio : next) {
            sum += Math.exp(ratio - max);
        }
        double logMean = max + Math.log(sum / ODDS.length);
        return new AlwaysValidShareTest(
                Arrays.asList(next), cases + 1, happened + (happens ? 1 : 0), Math.min(pValue, Math.exp(-logMean)));
    }

    /** Returns whether the share is called exceeded, with this chance of a false alarm in the whole run. */
    public boolean rejectsAt(double alpha) {
        return pValue <= Checks.share("alpha", alpha, false);
    }
}
