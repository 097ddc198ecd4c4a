package dev.perdure.engine;

/** Bounds of the numbers that records of this package hold; NaN is within none. */
final class Checks {
    private Checks() {}

    static void atLeast(String name, double value, double min) {
        require(value >= min && Double.isFinite(value), name, value, ">= " + min);
    }

    static void above(String name, double value, double min) {
        require(value > min && Double.isFinite(value), name, value, "> " + min);
    }

    static void within(String name, double value, double min, double max) {
        require(value >= min && value <= max, name, value, ">= " + min + " and <= " + max);
    }

    static void below(String name, double value, double min, double max) {
        require(value >= min && value < max, name, value, ">= " + min + " and < " + max);
    }

    static void betas(double beta1, double beta2, double epsilon) {
        below("beta1", beta1, 0, 1);
        below("beta2", beta2, 0, 1);
        above("epsilon", epsilon, 0);
    }

    private static void require(boolean holds, String name, double value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("%s: %s (expected: %s)".formatted(name, value, expected));
        }
    }
}
