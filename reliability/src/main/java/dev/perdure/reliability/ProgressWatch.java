package dev.perdure.reliability;

import java.util.EnumMap;
import java.util.Map;

/**
 * A worker that is alive but stuck: how long it has been in its present phase, against how long it used to stay in that phase.
 * Stays are taken to be log-normal; their logarithms' median and MAD over the newest ones give the bound, so neither a slow
 * start nor a few long stays widen it much.
 *
 * <p>False alarms: at most {@code alpha} for each stay in a phase, while stays are independent and log-normal or
 * lighter-tailed, and none before as many as {@code staysMin} have been seen unless the first take longer than
 * {@code firstNanos}. No stay is allowed more than {@value #TIMES_MAX} times the median and {@code slackNanos}, however much
 * stays vary: few and wild stays would otherwise excuse minutes. Of stays that vary so much, more may be called stuck.
 *
 * @param options settings
 * @param history logarithms of the seconds stayed, by phase
 * @param phase where the worker is
 * @param sinceNanos since when
 */
public record ProgressWatch(Options options, Map<Phase, RobustWindow> history, Phase phase, long sinceNanos) {

    /**
     * Settings.
     *
     * @param alpha chance of a false alarm for each stay
     * @param staysMin how many stays to see in a phase before judging it by them, >= 3
     * @param memory how many to remember, >= staysMin
     * @param slackNanos no alarm before the median and this much have passed
     * @param firstNanos how long the first stays may take: compiling, filling caches
     */
    public record Options(double alpha, int staysMin, int memory, long slackNanos, long firstNanos) {
        public Options {
            Checks.share("alpha", alpha, false);
            Checks.atLeast("staysMin", staysMin, 3);
            Checks.atLeast("memory", memory, staysMin);
            Checks.atLeast("slackNanos", slackNanos, 0);
            Checks.atLeast("firstNanos", firstNanos, 1);
        }

        /** Returns the usual settings: one false alarm in a million stays, a second of slack, two minutes at the start. */
        public static Options usual() {
            return new Options(1e-6, 10, 64, 1_000_000_000, 120_000_000_000L);
        }
    }

    private static final int TIMES_MAX = 10;

    /** Stays more alike than this are taken to vary by it: a twentieth. */
    private static final double DEVIATION_MIN = 0.05;

    /** A stay is taken to last no less than this, since clocks have a grain. */
    private static final double SECONDS_MIN = 1e-6;

    public ProgressWatch {
        history = Map.copyOf(history);
    }

    /** Returns a detector for a worker that enters its first phase. */
    public static ProgressWatch of(Options options, Phase phase, long nowNanos) {
        return new ProgressWatch(options, Map.of(), phase, nowNanos);
    }

    /** Returns the detector after the worker has gone on to a phase (also the same one, in the next step). */
    public ProgressWatch entered(Phase next, long nowNanos) {
        double seconds = Math.max(SECONDS_MIN, (nowNanos - sinceNanos) / 1e9);
        var longer = new EnumMap<Phase, RobustWindow>(Phase.class);
        longer.putAll(history);
        longer.put(phase, stays(phase).plus(Math.log(seconds)));
        return new ProgressWatch(options, longer, next, nowNanos);
    }

    private RobustWindow stays(Phase of) {
        return history.getOrDefault(of, RobustWindow.of(options.memory()));
    }

    /** Returns when the worker will count as stuck if it stays where it is. */
    public long deadlineNanos() {
        RobustWindow stays = stays(phase);
        if (stays.size() < options.staysMin()) {
            return sinceNanos + options.firstNanos();
        }
        double usual = 1e9 * Math.exp(stays.median());
        double bound = 1e9 * Math.exp(Math.min(stays.upperBound(options.alpha(), DEVIATION_MIN), 20));
        double most = TIMES_MAX * usual + options.slackNanos();
        return sinceNanos + (long) Math.ceil(Math.clamp(bound, usual + options.slackNanos(), most));
    }

    /** Judges the stay so far. */
    public Verdict check(long nowNanos) {
        RobustWindow stays = stays(phase);
        double stayed = nowNanos - sinceNanos;
        boolean learning = stays.size() < options.staysMin();
        if (!learning && stayed < options.slackNanos()) { // cheap: most looks end here
            return new Verdict.Healthy("%s in %s".formatted(Words.nanos(stayed), phase));
        }
        double allowed = deadlineNanos() - sinceNanos;
        String usual = learning ? "of which little is known" : "which takes " + Words.seconds(Math.exp(stays.median()));
        String words = "%s in %s, %s (alarm at %s)".formatted(Words.nanos(stayed), phase, usual, Words.nanos(allowed));
        if (stayed >= allowed) {
            return new Verdict.Alarm(new Evidence(phase.whenStuck(), stayed, allowed, words));
        }
        return learning ? new Verdict.Learning(words) : new Verdict.Healthy(words);
    }

    /** Returns the chance of a false alarm for each stay in a phase. */
    public FalseAlarms falseAlarms() {
        return new FalseAlarms(options.alpha(), FalseAlarms.Per.PHASE);
    }
}
