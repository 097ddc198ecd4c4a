package dev.perdure.guard;

import dev.perdure.model.QuantileSketch;

/**
 * Cells in which numbers count as the same: a value that went through preprocessing in 32 bits and back is not quite what it
 * was, and where many are equal that would pass for drift. A cell is a thousandth of the distance that most values lie
 * within, and never less than rounding may do.
 */
record Cells(double size) {
    private static final double SHARE = 1e-3;
    private static final double ROUNDING = 1e-6;

    /** Borders lie where numbers that people write do not. */
    private static final double OFFSET = 0.3770123;

    /** @param magnitude of the values that preprocessing went through, which rounding goes with */
    static Cells of(QuantileSketch reference, double magnitude) {
        double most = reference.quantile(0.95) - reference.quantile(0.05);
        double all = Math.min(reference.max() - reference.min(), Double.MAX_VALUE);
        double rounding =
                ROUNDING * Math.max(magnitude, Math.max(Math.abs(reference.min()), Math.abs(reference.max())));
        return new Cells(Math.max(
                Double.MIN_NORMAL, Math.max(rounding, SHARE * (most > 0 ? Math.min(most, all) : all))));
    }

    /** Returns the middle of a number's cell. */
    double middle(double value) {
        return (Math.floor(value / size + OFFSET) + 0.5 - OFFSET) * size;
    }
}
