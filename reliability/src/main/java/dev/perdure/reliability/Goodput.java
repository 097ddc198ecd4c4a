package dev.perdure.reliability;

/**
 * The useful share of a run's time: what the model predicted beside what the ledger shows.
 *
 * @param predicted useful share by the model, 0 to 1
 * @param observed useful share by the ledger, 0 to 1
 * @param plausible where the observed share lies by chance alone when the model is right
 * @param crashesExpected how many crashes the model expects in that time
 * @param crashes how many there were
 * @param reason in words: as expected, or what is likely to make the difference
 */
public record Goodput(
        double predicted, double observed, Interval plausible, double crashesExpected, int crashes, String reason) {
    private static final double LEVEL = 0.99;
    private static final double Z = 2.5758;

    /**
     * What a run's ledger shows.
     *
     * @param usefulSeconds work that was not redone, >= 0
     * @param wallSeconds the whole run, > 0
     * @param crashes crashes in it
     */
    public record Ledger(double usefulSeconds, double wallSeconds, int crashes) {
        public Ledger {
            Checks.notNegative("usefulSeconds", usefulSeconds);
            Checks.positive("wallSeconds", wallSeconds);
            Checks.atLeast("crashes", crashes, 0);
            if (usefulSeconds > wallSeconds * (1 + 1e-9)) {
                throw new IllegalArgumentException(
                        "usefulSeconds: %s (expected: <= wallSeconds, %s)".formatted(usefulSeconds, wallSeconds));
            }
        }
    }

    /**
     * Compares a ledger with the model at this interval. What crashes lose in all is a compound Poisson sum; the plausible
     * range is 99 % of its normal approximation, so it is only rough for fewer than about ten crashes.
     *
     * @param work seconds of work between saves, > 0
     */
    public static Goodput compare(SegmentModel model, double work, Ledger ledger) {
        double predicted = model.usefulShare(work);
        double observed = Math.min(1, ledger.usefulSeconds() / ledger.wallSeconds());
        double expected = model.crashesPerSecond() * ledger.wallSeconds();
        double mean = model.secondsLostPerCrash(work);
        double segment = work + model.checkSeconds() + model.saveSeconds();
        double square = mean * mean + segment * segment / 12; // the moment of the crash is uniform in the segment
        double errors = model.silentPerSecond() * ledger.wallSeconds();
        double deviation = Math.sqrt(expected * square + errors * segment * segment + segment * segment / 12);
        double half = Z * deviation / ledger.wallSeconds();
        var plausible = new Interval(Math.max(0, predicted - half), Math.min(1, predicted + half), LEVEL);
        String reason = reason(observed, plausible, expected, ledger.crashes());
        return new Goodput(predicted, observed, plausible, expected, ledger.crashes(), reason);
    }

    private static String reason(double observed, Interval plausible, double expected, int crashes) {
        if (plausible.contains(observed)) {
            return "as the model expects";
        }
        String counts = Words.number(expected) + " crashes were expected and " + crashes + " came";
        boolean countDiffers =
                expected > 0 && !new FailureCount(crashes, 1).interval(LEVEL).contains(expected);
        if (observed > plausible.high()) {
            return "more was useful than expected: "
                    + (countDiffers ? counts : "saves or recoveries cost less than given");
        }
        return "less was useful than expected: "
                + (countDiffers && crashes > expected ? counts : "each save or recovery costs more than given");
    }
}
