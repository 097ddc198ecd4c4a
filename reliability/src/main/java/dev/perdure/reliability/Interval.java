package dev.perdure.reliability;

import java.util.function.DoubleUnaryOperator;

/**
 * Where a number is, as far as one can tell.
 *
 * @param low the lower end
 * @param high the upper end, possibly infinite
 * @param level the probability or confidence with which it lies between them, between 0 and 1
 */
public record Interval(double low, double high, double level) {
    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException("interval: %s to %s (expected: low <= high)".formatted(low, high));
        }
        Checks.share("level", level, false);
    }

    /** Returns whether the value lies in the interval, its ends included. */
    public boolean contains(double value) {
        return low <= value && value <= high;
    }

    /**
     * Returns where something is that rises or falls with the number all along.
     *
     * @param monotone gives no NaN at the ends
     */
    public Interval map(DoubleUnaryOperator monotone) {
        double one = monotone.applyAsDouble(low);
        double other = monotone.applyAsDouble(high);
        return new Interval(Math.min(one, other), Math.max(one, other), level);
    }
}
