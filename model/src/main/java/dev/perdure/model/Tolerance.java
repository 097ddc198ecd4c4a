package dev.perdure.model;

/**
 * How far an answer may be from the expected one: {@code |actual - expected| <= absolute + relative * |expected|}. NaN is
 * right only where NaN is expected, and an infinity only where the same one is.
 *
 * @param absolute at least 0, finite
 * @param relative at least 0, finite
 */
public record Tolerance(double absolute, double relative) {
    /** Nothing but the expected numbers. */
    public static final Tolerance EXACT = new Tolerance(0, 0);

    public Tolerance {
        if (!(absolute >= 0 && relative >= 0) || !Double.isFinite(absolute + relative)) {
            throw new IllegalArgumentException(
                    "tolerance: absolute %s, relative %s (expected: >= 0, finite)".formatted(absolute, relative));
        }
    }

    /** Returns whether an answer is near enough. */
    public boolean accepts(double expected, double actual) {
        if (Double.isFinite(expected) && Double.isFinite(actual)) {
            return Math.abs(actual - expected) <= absolute + relative * Math.abs(expected);
        }
        return Double.isNaN(expected) ? Double.isNaN(actual) : actual == expected;
    }

    /** Returns whether a whole number is near enough; exact also where a {@code double} is not. */
    public boolean accepts(long expected, long actual) {
        if (expected == actual) {
            return true;
        }
        long apart = expected > actual ? expected - actual : actual - expected;
        double distance = apart < 0 ? 0x1p64 + apart : apart; // unsigned
        return distance <= absolute + relative * Math.abs((double) expected);
    }
}
