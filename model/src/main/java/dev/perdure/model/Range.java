package dev.perdure.model;

/**
 * The values from a least to a greatest one, both included.
 *
 * @param min finite
 * @param max finite, at least {@code min}
 */
public record Range(double min, double max) {
    public Range {
        if (!Double.isFinite(min) || !Double.isFinite(max) || min > max) {
            throw new IllegalArgumentException("range: %s to %s (expected: finite, ascending)".formatted(min, max));
        }
    }

    /** Returns whether a value lies within. NaN does not. */
    public boolean contains(double value) {
        return value >= min && value <= max;
    }
}
