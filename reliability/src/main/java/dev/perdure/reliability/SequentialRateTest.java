package dev.perdure.reliability;

/**
 * Wald's sequential probability ratio test for the rate of rare events, such as error-log lines: a value that takes counts as
 * they come and says as soon as it can whether the rate is the healthy or the faulty one (Wald: Sequential tests of
 * statistical hypotheses, Ann. Math. Stat. 16(2), 1945).
 *
 * <p>False alarms: one test ends in {@link Outcome#FAULTY} with probability at most {@code alpha} when the rate is
 * {@code healthyRate} or less, and misses with at most {@code beta} when it is {@code faultyRate} or more. The bounds on the
 * likelihood ratio are {@code 1/alpha} and {@code beta}: Wald's inequality makes both hold exactly, where his usual
 * {@code (1 − beta)/alpha} and {@code beta/(1 − alpha)} hold for their sum only. After a decision the next count begins a
 * new test.
 *
 * @param healthyRate events in a unit of time when all is well, > 0
 * @param faultyRate events in a unit of time that must be found, > healthyRate
 * @param alpha chance of a false alarm in one test
 * @param beta chance of a miss in one test
 * @param logRatio the logarithm of the likelihood ratio of the test under way, 0 at its begin
 */
public record SequentialRateTest(double healthyRate, double faultyRate, double alpha, double beta, double logRatio) {

    /** How a test stands. */
    public enum Outcome {
        UNDECIDED,
        HEALTHY,
        FAULTY
    }

    /**
     * A test one observation on.
     *
     * @param test with the observation in it; a new one if the outcome is a decision
     * @param outcome how it stands
     * @param logRatio what the decision was made on
     */
    public record Next(SequentialRateTest test, Outcome outcome, double logRatio) {}

    public SequentialRateTest {
        Checks.positive("healthyRate", healthyRate);
        Checks.positive("faultyRate", faultyRate);
        Checks.share("alpha", alpha, false);
        Checks.share("beta", beta, false);
        Checks.finite("logRatio", logRatio);
        if (faultyRate <= healthyRate) {
            throw new IllegalArgumentException(
                    "faultyRate: %s (expected: > healthyRate, %s)".formatted(faultyRate, healthyRate));
        }
    }

    /** Returns a test at its begin. */
    public static SequentialRateTest of(double healthyRate, double faultyRate, double alpha, double beta) {
        return new SequentialRateTest(healthyRate, faultyRate, alpha, beta, 0);
    }

    /**
     * Takes a count of events.
     *
     * @param events since the last observation, >= 0
     * @param time since then, >= 0, in the rates' unit
     */
    public Next after(long events, double time) {
        Checks.atLeast("events", events, 0);
        Checks.notNegative("time", time);
        double ratio = logRatio + events * Math.log(faultyRate / healthyRate) - (faultyRate - healthyRate) * time;
        if (ratio >= upper()) {
            return new Next(with(0), Outcome.FAULTY, ratio);
        }
        if (ratio <= lower()) {
            return new Next(with(0), Outcome.HEALTHY, ratio);
        }
        return new Next(with(ratio), Outcome.UNDECIDED, ratio);
    }

    private SequentialRateTest with(double ratio) {
        return new SequentialRateTest(healthyRate, faultyRate, alpha, beta, ratio);
    }

    /** Returns the logarithm of the likelihood ratio at which the rate is called faulty. */
    public double upper() {
        return -Math.log(alpha);
    }

    /** Returns that at which it is called healthy. */
    public double lower() {
        return Math.log(beta);
    }

    /** Returns about how long a test takes at the faulty rate, by Wald's approximation (overshoot neglected). */
    public double expectedTimeWhenFaulty() {
        double drift = faultyRate * Math.log(faultyRate / healthyRate) - (faultyRate - healthyRate);
        return ((1 - beta) * upper() + beta * lower()) / drift;
    }

    /** Returns about how long a test takes at the healthy rate, by Wald's approximation. */
    public double expectedTimeWhenHealthy() {
        double drift = healthyRate * Math.log(faultyRate / healthyRate) - (faultyRate - healthyRate);
        return (alpha * upper() + (1 - alpha) * lower()) / drift;
    }
}
