package dev.perdure.reliability;

import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.GammaDistribution;

/**
 * Failures counted over some time, with nothing assumed beforehand ({@link FailureRate} has a prior).
 *
 * @param failures how many were seen, >= 0
 * @param time over how long, > 0, in any unit; rates are in failures per that unit
 */
public record FailureCount(int failures, double time) {
    public FailureCount {
        Checks.atLeast("failures", failures, 0);
        Checks.positive("time", time);
    }

    /** Returns the maximum-likelihood estimate of the rate. */
    public double rate() {
        return failures / time;
    }

    /**
     * Returns the exact interval of a Poisson rate: it covers the true one with at least this probability, however few the
     * failures (Garwood: Fiducial limits for the Poisson distribution, Biometrika 28, 1936).
     */
    public Interval interval(double level) {
        double side = (1 - Checks.share("level", level, false)) / 2;
        double low = failures == 0 ? 0 : GammaDistribution.of(failures, 1).inverseCumulativeProbability(side);
        double high = GammaDistribution.of(failures + 1.0, 1).inverseSurvivalProbability(side);
        return new Interval(low / time, high / time, level);
    }

    /**
     * Returns the exact interval of this rate divided by another's: given how many failures there were in all, those of one
     * are binomial (Przyborowski, Wilenski: Homogeneity of results in testing samples from Poisson series, Biometrika 31,
     * 1940), and their share's interval is Clopper and Pearson's (Biometrika 26, 1934). Infinite above when the other has
     * seen no failure.
     */
    public Interval ratioTo(FailureCount other, double level) {
        double side = (1 - Checks.share("level", level, false)) / 2;
        int n = failures + other.failures;
        double low = failures == 0
                ? 0
                : BetaDistribution.of(failures, n - failures + 1.0).inverseCumulativeProbability(side);
        double high = other.failures == 0
                ? 1
                : BetaDistribution.of(failures + 1.0, other.failures).inverseSurvivalProbability(side);
        double times = other.time / time;
        return new Interval(odds(low) * times, odds(high) * times, level);
    }

    private static double odds(double share) {
        return share == 1 ? Double.POSITIVE_INFINITY : share / (1 - share);
    }
}
