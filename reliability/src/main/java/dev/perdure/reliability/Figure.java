package dev.perdure.reliability;

import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A number that answers a question, with how sure it is and where it comes from.
 *
 * @param name what it is, in words
 * @param value in its unit; infinite where there is no bound
 * @param interval where the true one is; absent when the number is given or counted rather than estimated
 * @param formula the name of the formula, with its paper
 */
public record Figure(
        String name, double value, Unit unit, @Nullable Interval interval, String formula) {
    /** What a figure counts. */
    public enum Unit {
        PER_HOUR,
        SECONDS,
        /** Seconds lost of each day. */
        SECONDS_A_DAY,
        /** 0 to 1. */
        SHARE,
        COUNT,
        NUMBER,
        REQUESTS_A_SECOND,
        /** In whatever money the question was asked in. */
        COST_AN_HOUR
    }

    public Figure {
        if (Double.isNaN(value)) {
            throw new IllegalArgumentException("%s: NaN (expected: a number)".formatted(name));
        }
    }

    static Figure exact(String name, double value, Unit unit, String formula) {
        return new Figure(name, value, unit, null, formula);
    }

    /** Returns the figure of something that rises, or falls, with another: so do the ends of its interval. */
    static Figure of(
            String name, double at, @Nullable Interval from, DoubleUnaryOperator value, Unit unit, String formula) {
        return new Figure(name, value.applyAsDouble(at), unit, from == null ? null : from.map(value), formula);
    }
}
