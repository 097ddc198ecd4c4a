package dev.perdure.checkpoint;

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
}
