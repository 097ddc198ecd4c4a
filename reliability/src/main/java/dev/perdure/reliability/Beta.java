package dev.perdure.reliability;

import org.apache.commons.statistics.distribution.BetaDistribution;

/**
 * How often something works, learned from tries: a Beta distribution, the conjugate prior of a chance, so that learning is
 * adding.
 *
 * @param successes seen, the prior's included, > 0
 * @param failures seen, the prior's included, > 0
 */
public record Beta(double successes, double failures) {
    public Beta {
        Checks.positive("successes", successes);
        Checks.positive("failures", failures);
    }

    /** Returns a belief with this mean, > 0 and < 1, worth this many tries. */
    public static Beta of(double mean, double worth) {
        Checks.share("mean", mean, false);
        return new Beta(mean * worth, (1 - mean) * worth);
    }

    /** Returns the belief after a try; one whose fault is uncertain counts in part. */
    public Beta after(boolean succeeded, double weight) {
        return succeeded ? new Beta(successes + weight, failures) : new Beta(successes, failures + weight);
    }

    /** Returns the belief after so many tries, >= 0 each, whose fault is certain. */
    public Beta after(long moreSuccesses, long moreFailures) {
        Checks.atLeast("moreSuccesses", moreSuccesses, 0);
        Checks.atLeast("moreFailures", moreFailures, 0);
        return new Beta(successes + moreSuccesses, failures + moreFailures);
    }

    /** Returns the chance that the next try works. */
    public double mean() {
        return successes / (successes + failures);
    }

    /** Returns the interval that holds the chance with this probability. */
    public Interval credible(double level) {
        double side = (1 - Checks.share("level", level, false)) / 2;
        var distribution = BetaDistribution.of(successes, failures);
        return new Interval(
                distribution.inverseCumulativeProbability(side), distribution.inverseSurvivalProbability(side), level);
    }
}
