package dev.perdure.reliability;

import java.util.List;

/**
 * The exponential distribution that makes lifetimes likeliest: failures that do not depend on age. The estimate of the mean
 * is the time lived by all, failed or not, over the number that failed.
 *
 * @param count the failures, and the time lived by all
 */
public record ExponentialFit(FailureCount count) {

    /**
     * Fits lifetimes.
     *
     * @throws IllegalArgumentException if none failed: then only {@link FailureCount#interval} says anything
     */
    public static ExponentialFit of(List<Lifetime> lifetimes) {
        int failures = Math.toIntExact(Lifetime.failuresIn(lifetimes));
        Checks.atLeast("failures among the lifetimes", failures, 1);
        return new ExponentialFit(new FailureCount(failures, Lifetime.timeIn(lifetimes)));
    }

    /** Returns the mean time to failure. */
    public double mean() {
        return 1 / count.rate();
    }

    /** Returns the chance to live longer than this. */
    public double survival(double time) {
        return new PoissonProcess(count.rate()).chanceOfNone(time);
    }

    /** Returns the logarithm of the likelihood of the lifetimes under the fit. */
    public double logLikelihood() {
        return count.failures() * (Math.log(count.rate()) - 1);
    }
}
