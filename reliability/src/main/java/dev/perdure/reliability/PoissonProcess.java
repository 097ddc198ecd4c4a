package dev.perdure.reliability;

import org.apache.commons.statistics.distribution.PoissonDistribution;

/**
 * Failures that come independently of each other at a constant rate: {@code P(X = k) = (λt)^k e^(−λt) / k!}, and the time to
 * the next is exponential, {@code P(T > t) = e^(−λt)}, whatever happened before.
 *
 * @param rate failures in a unit of time, >= 0; the times given are in the same unit
 */
public record PoissonProcess(double rate) {
    public PoissonProcess {
        Checks.notNegative("rate", rate);
    }

    /** Returns the chance of exactly this many failures in a stretch of time. */
    public double chanceOfExactly(int count, double time) {
        double mean = mean(time);
        return mean == 0 ? (count == 0 ? 1 : 0) : PoissonDistribution.of(mean).probability(count);
    }

    /** Returns the chance of this many failures or more in a stretch of time. */
    public double chanceOfAtLeast(int count, double time) {
        double mean = mean(time);
        if (count <= 0) {
            return 1;
        }
        return mean == 0 ? 0 : PoissonDistribution.of(mean).survivalProbability(count - 1);
    }

    /** Returns the chance that the time to the next failure is longer than this. */
    public double chanceOfNone(double time) {
        return Math.exp(-mean(time));
    }

    private double mean(double time) {
        return rate * Checks.notNegative("time", time);
    }
}
