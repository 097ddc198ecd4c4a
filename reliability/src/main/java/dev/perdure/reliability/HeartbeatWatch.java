package dev.perdure.reliability;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Suspicion of a worker that sends heartbeats: {@code φ = −log10 P(the next one comes later than now)}, so that φ = 8 means
 * one wrong suspicion in 10^8 heartbeats (Hayashibara, Défago, Yared, Katayama: The φ accrual failure detector, SRDS 2004).
 *
 * <p>The intervals are taken to be normal with unknown mean and deviation, so that the next one is distributed by Student:
 * with few heartbeats seen it is wider, which the paper's normal distribution is not. Before the first one it is what the
 * configured period says, worth ten heartbeats (conjugate normal-gamma prior; DeGroot: Optimal Statistical Decisions, 1970).
 * Old heartbeats are forgotten at a constant rate. The deviation has a floor, since a minute's regularity is no promise. An
 * interval that was suspicious is learned as one at the edge of suspicion, so that a pause does not blind the detector.
 *
 * <p>False alarms: at most {@code 10^-φ} a heartbeat while intervals are independent and normal, up to a pause that is
 * tolerated on top; skewed intervals alarm more often, so allow a pause as long as the longest that is healthy.
 *
 * @param options settings
 * @param mean of the interval as learned, in nanoseconds
 * @param worth how many heartbeats the mean is worth
 * @param squares sum of squared deviations, in nanoseconds squared, over {@code worth} heartbeats
 * @param lastNanos when the last one came, on the clock of whoever receives
 */
public record HeartbeatWatch(Options options, double mean, double worth, double squares, long lastNanos) {
    private static final double PRIOR_WORTH = 10;
    private static final double PRIOR_DEVIATION = 0.25;
    private static final double LN_10 = Math.log(10);

    /**
     * Settings.
     *
     * @param periodNanos between heartbeats, as configured, > 0
     * @param deviationMinNanos floor of the deviation, > 0
     * @param pauseNanos tolerated on top of what is normal, >= 0: garbage collection, a busy host
     * @param phi suspicion at which to raise the alarm, > 0 and at most 300
     * @param memory for how many heartbeats to remember, >= 10
     */
    public record Options(long periodNanos, long deviationMinNanos, long pauseNanos, double phi, int memory) {
        public Options {
            Checks.atLeast("periodNanos", periodNanos, 1);
            Checks.atLeast("deviationMinNanos", deviationMinNanos, 1);
            Checks.atLeast("pauseNanos", pauseNanos, 0);
            Checks.positive("phi", phi);
            Checks.atLeast("memory", memory, 10);
            if (phi > 300) {
                throw new IllegalArgumentException("phi: " + phi + " (expected: <= 300)");
            }
        }

        /** Returns the usual settings: deviation no less than a tenth of the period, a pause of half a second, φ = 8. */
        public static Options of(long periodNanos) {
            return new Options(periodNanos, Math.max(1, periodNanos / 10), 500_000_000, 8, 200);
        }
    }

    /** Returns a detector that expects the first heartbeat a period from now. */
    public static HeartbeatWatch of(Options options, long nowNanos) {
        double period = options.periodNanos();
        double deviation = Math.max((double) options.deviationMinNanos(), PRIOR_DEVIATION * period);
        return new HeartbeatWatch(options, period, PRIOR_WORTH, PRIOR_WORTH * deviation * deviation, nowNanos);
    }

    /** Returns the detector after a heartbeat. One that comes from the past counts as coming at once. */
    public HeartbeatWatch heartbeat(long nowNanos) {
        double interval = Math.min((double) Math.max(0, nowNanos - lastNanos), intervalLearnedMax(nowNanos));
        double forget = worth < options.memory() ? 1 : (options.memory() - 1) / worth;
        double before = forget * worth;
        double difference = interval - mean;
        return new HeartbeatWatch(
                options,
                mean + difference / (before + 1),
                before + 1,
                forget * squares + before / (before + 1) * difference * difference,
                Math.max(lastNanos, nowNanos));
    }

    /** Computes the edge only where it can matter: 10,000 workers' heartbeats must be cheap. */
    private double intervalLearnedMax(long nowNanos) {
        return isEarly(nowNanos) ? Double.POSITIVE_INFINITY : deadlineNanos() - lastNanos;
    }

    private boolean isEarly(long nowNanos) {
        return nowNanos - lastNanos <= mean + options.pauseNanos();
    }

    /** Returns φ at this time: near 0 just after a heartbeat, rising without limit while none comes. */
    public double phi(long nowNanos) {
        double late = (nowNanos - lastNanos - options.pauseNanos() - mean) / width();
        return -Math.log(student().survivalProbability(late)) / LN_10;
    }

    /** Returns when φ will have reached the threshold if no heartbeat comes. */
    public long deadlineNanos() {
        double t = student().inverseSurvivalProbability(Math.pow(10, -options.phi()));
        return lastNanos + options.pauseNanos() + (long) Math.ceil(mean + t * width());
    }

    private TDistribution student() {
        return TDistribution.of(worth);
    }

    private double width() {
        double deviation = Math.max((double) options.deviationMinNanos(), Math.sqrt(squares / worth));
        return deviation * Math.sqrt(1 + 1 / worth);
    }

    /** Judges the silence so far. */
    public Verdict check(long nowNanos) {
        double silence = Math.max(0, nowNanos - lastNanos);
        if (isEarly(nowNanos)) {
            return new Verdict.Healthy("last heartbeat " + Words.nanos(silence) + " ago");
        }
        double phi = phi(nowNanos);
        String words = "no heartbeat for %s where one comes every %s: suspicion %s (alarm at %s)"
                .formatted(Words.nanos(silence), Words.nanos(mean), Words.number(phi), Words.number(options.phi()));
        return phi >= options.phi()
                ? new Verdict.Alarm(new Evidence(EvidenceKind.HEARTBEAT_MISSED, phi, options.phi(), words))
                : new Verdict.Healthy(words);
    }

    /** Returns the chance of a false alarm for each heartbeat. */
    public FalseAlarms falseAlarms() {
        return new FalseAlarms(Math.pow(10, -options.phi()), FalseAlarms.Per.OBSERVATION);
    }
}
