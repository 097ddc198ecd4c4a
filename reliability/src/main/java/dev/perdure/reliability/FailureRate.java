package dev.perdure.reliability;

import org.apache.commons.statistics.distribution.BetaDistribution;
import org.apache.commons.statistics.distribution.GammaDistribution;

/**
 * How often runs fail, learned from failures and hours run: a Gamma distribution over the rate of a Poisson process, which
 * is its conjugate prior, so that learning is adding.
 *
 * <p>The prior is worth one failure in 24 hours. That is pessimistic for a machine of one's own, on purpose: too short an
 * interval costs seconds, too long a one costs hours. (16,384 GPUs training Llama 3 saw 419 interruptions in 54 days, one
 * in 50,700 hours each; a job of a thousand saw about one in two days.) After a day without failure the estimate has
 * halved.
 *
 * @param failures failures seen, the prior's one included
 * @param seconds time run, the prior's included
 */
public record FailureRate(double failures, double seconds) {
    private static final double PRIOR_FAILURES = 1;
    private static final double PRIOR_SECONDS = 24 * 3600;

    public FailureRate {
        if (!(failures > 0) || !(seconds > 0)) {
            throw new IllegalArgumentException(
                    "failure rate: %s failures in %s s (expected: > 0)".formatted(failures, seconds));
        }
    }

    /** Returns what is believed before anything was seen. */
    public static FailureRate prior() {
        return new FailureRate(PRIOR_FAILURES, PRIOR_SECONDS);
    }

    /** Returns what is believed after some more time, in which this many failures came. */
    public FailureRate after(double moreSeconds, long moreFailures) {
        return new FailureRate(failures + moreFailures, seconds + moreSeconds);
    }

    /** Returns the time between failures at the rate's posterior mean. */
    public double meanSecondsBetween() {
        return seconds / failures;
    }

    /** Returns the posterior mean of the rate, in failures a second. */
    public double perSecond() {
        return failures / seconds;
    }

    /** Returns the interval, in failures a second, that holds the rate with this probability; each tail has the same. */
    public Interval credible(double level) {
        GammaDistribution posterior = distribution();
        double tail = Checks.share("level", level, false) / 2;
        double side = 0.5 - tail;
        return new Interval(
                posterior.inverseCumulativeProbability(side), posterior.inverseSurvivalProbability(side), level);
    }

    /** Returns the chance that the true rate is above this one, in failures a second. */
    public double chanceAbove(double perSecond) {
        return distribution().survivalProbability(perSecond);
    }

    /**
     * Returns the chance that the next stretch of time passes without failure. Not knowing the rate for certain makes it
     * larger than {@code e^(-rate t)}: the mean of that over the posterior is {@code (T / (T + t))^n}.
     */
    public double chanceOfNone(double nextSeconds) {
        return Math.pow(seconds / (seconds + Checks.notNegative("nextSeconds", nextSeconds)), failures);
    }

    /**
     * Returns the chance of this many failures or more in the next stretch of time, not knowing the rate for certain: a
     * Poisson count whose rate is Gamma distributed is negative binomial (Greenwood, Yule: An inquiry into the nature of
     * frequency distributions, J. Royal Stat. Soc. 83(2), 1920).
     */
    public double chanceOfAtLeast(int count, double nextSeconds) {
        double next = Checks.notNegative("nextSeconds", nextSeconds);
        if (count <= 0 || next == 0) {
            return count <= 0 ? 1 : 0;
        }
        return BetaDistribution.of(count, failures).cumulativeProbability(next / (seconds + next));
    }

    private GammaDistribution distribution() {
        return GammaDistribution.of(failures, 1 / seconds);
    }
}
