package dev.perdure.reliability;

/**
 * Values that leave the range of the newest ones upwards: seconds of storage operations, losses, gradient norms. A value is
 * above when it passes the robust bound of {@link RobustWindow#upperBound}; the alarm needs several above in a row. Whatever
 * comes is learned, so a new level that stays is accepted in time: the alarm is for the change.
 *
 * <p>False alarms: at most {@code alpha} an observation while values are independent and (on the scale chosen) normal or
 * lighter-tailed above. Each of {@code inARow} values is tested at {@code alpha^(1/inARow)}.
 *
 * @param options settings
 * @param newest the values learned, on the scale chosen
 * @param above how many of the newest in a row were above
 */
public record OutlierWatch(Options options, RobustWindow newest, int above) {

    /** On which scale values vary evenly. */
    public enum Scale {
        /** by differences; any finite value */
        LINEAR,
        /** by ratios; values >= 0 */
        LOG
    }

    /**
     * Settings.
     *
     * @param kind what an alarm is evidence of
     * @param name what the values are, for the reason
     * @param scale of the values
     * @param alpha chance of a false alarm for each value
     * @param inARow how many must be above, >= 1
     * @param warmUp how many to see before judging, >= 3
     * @param memory how many to remember, >= warmUp
     * @param deviationMin floor of the deviation, on the scale; for LOG a share of the value
     */
    public record Options(
            EvidenceKind kind,
            String name,
            Scale scale,
            double alpha,
            int inARow,
            int warmUp,
            int memory,
            double deviationMin) {
        public Options {
            Checks.share("alpha", alpha, false);
            Checks.atLeast("inARow", inARow, 1);
            Checks.atLeast("warmUp", warmUp, 3);
            Checks.atLeast("memory", memory, warmUp);
            Checks.notNegative("deviationMin", deviationMin);
        }

        /** Returns the usual settings for seconds of like storage operations: three slow ones in a row, one in 10^6 wrong. */
        public static Options storage() {
            return new Options(
                    EvidenceKind.STORAGE_SLOW, "a storage operation's seconds", Scale.LOG, 1e-6, 3, 16, 64, 0.1);
        }

        double levelOfOne() {
            return Math.pow(alpha, 1.0 / inARow);
        }
    }

    /** Stands for zero on the logarithmic scale. */
    private static final double TINY = 1e-12;

    /** Returns a detector that has seen nothing. */
    public static OutlierWatch of(Options options) {
        return new OutlierWatch(options, RobustWindow.of(options.memory()), 0);
    }

    /** Takes a value: finite, and not negative on the logarithmic scale. */
    public Observed<OutlierWatch> after(double value) {
        double scaled = scaled(value);
        if (newest.size() < options.warmUp()) {
            return new Observed<>(
                    new OutlierWatch(options, newest.plus(scaled), 0),
                    new Verdict.Learning("%s of %s values seen".formatted(newest.size() + 1, options.warmUp())));
        }
        double bound = newest.upperBound(options.levelOfOne(), options.deviationMin());
        int inARow = scaled > bound ? Math.min(above + 1, options.inARow()) : 0;
        return new Observed<>(
                new OutlierWatch(options, newest.plus(scaled), inARow), verdict(value, unscaled(bound), inARow));
    }

    private double scaled(double value) {
        return switch (options.scale()) {
            case LINEAR -> Checks.finite(options.name(), value);
            case LOG -> Math.log(Math.max(TINY, Checks.notNegative(options.name(), value)));
        };
    }

    private double unscaled(double scaled) {
        return switch (options.scale()) {
            case LINEAR -> scaled;
            case LOG -> Math.exp(scaled);
        };
    }

    private Verdict verdict(double value, double bound, int inARow) {
        String usual = Words.number(unscaled(newest.median()));
        if (inARow == 0) {
            return new Verdict.Healthy("%s: %s, usually %s".formatted(options.name(), Words.number(value), usual));
        }
        String words = "%s: %s where %s is usual and %s the bound, %s in a row (alarm at %s)"
                .formatted(options.name(), Words.number(value), usual, Words.number(bound), inARow, options.inARow());
        return inARow >= options.inARow()
                ? new Verdict.Alarm(new Evidence(options.kind(), value, bound, words))
                : new Verdict.Healthy(words);
    }

    /** Returns the chance of a false alarm for each value. */
    public FalseAlarms falseAlarms() {
        return new FalseAlarms(options.alpha(), FalseAlarms.Per.OBSERVATION);
    }
}
