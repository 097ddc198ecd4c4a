package dev.perdure.reliability;

/**
 * What something takes, in seconds: assumed first, then measured. The median of the newest measurements counts, and the
 * assumption like one of them, so one wild measurement moves it little.
 *
 * @param assumed seconds before anything was measured, >= 0
 * @param measured the newest measurements
 */
public record MeasuredCost(double assumed, RobustWindow measured) {
    private static final int MEMORY = 31;

    public MeasuredCost {
        Checks.notNegative("assumed", assumed);
    }

    /** Returns a cost that is only assumed. */
    public static MeasuredCost assume(double seconds) {
        return new MeasuredCost(seconds, RobustWindow.of(MEMORY));
    }

    /** Returns the cost after one more measurement. */
    public MeasuredCost after(double seconds) {
        return new MeasuredCost(assumed, measured.plus(Checks.notNegative("seconds", seconds)));
    }

    /** Returns the estimate. */
    public double seconds() {
        int n = measured.size();
        return n == 0 ? assumed : (assumed + n * measured.median()) / (n + 1);
    }
}
