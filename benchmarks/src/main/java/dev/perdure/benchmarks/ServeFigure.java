package dev.perdure.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * One figure of what serving costs.
 *
 * @param unit such as {@code ms}; empty for a ratio
 * @param aim what it is to be at most, or at least; absent when it only serves for comparison
 * @param isMet whether it is
 */
public record ServeFigure(
        ServeBench.Part part,
        String what,
        double value,
        String unit,
        @Nullable Double aim,
        boolean isAtMost,
        boolean isMet) {
    static ServeFigure count(ServeBench.Part part, String what, long value) {
        return of(part, what, (double) value, "");
    }

    /** What must not be. */
    static ServeFigure none(ServeBench.Part part, String what, long value) {
        return atMost(0, part, what, (double) value, "");
    }

    static ServeFigure of(ServeBench.Part part, String what, double value, String unit) {
        return new ServeFigure(part, what, value, unit, null, true, true);
    }

    static ServeFigure atMost(double aim, ServeBench.Part part, String what, double value, String unit) {
        return new ServeFigure(part, what, value, unit, aim, true, value <= aim);
    }

    static ServeFigure atLeast(double aim, ServeBench.Part part, String what, double value, String unit) {
        return new ServeFigure(part, what, value, unit, aim, false, value >= aim);
    }
}
