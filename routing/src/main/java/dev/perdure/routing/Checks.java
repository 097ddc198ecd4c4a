package dev.perdure.routing;

import java.time.Duration;

/** Arguments that are numbers or times, checked in one line; NaN fails every check. */
final class Checks {
    private Checks() {}

    static int atLeast(String name, int value, int least) {
        check(name, value, value >= least, ">= " + least);
        return value;
    }

    static long atLeast(String name, long value, long least) {
        check(name, value, value >= least, ">= " + least);
        return value;
    }

    static double atLeast(String name, double value, double least) {
        check(name, value, value >= least && value < Double.POSITIVE_INFINITY, ">= " + least + " and finite");
        return value;
    }

    static double share(String name, double value) {
        check(name, value, value >= 0 && value <= 1, "0 to 1");
        return value;
    }

    static Duration positive(String name, Duration value) {
        check(name, value, value.isPositive(), "> 0");
        return value;
    }

    static Duration notNegative(String name, Duration value) {
        check(name, value, !value.isNegative(), ">= 0");
        return value;
    }

    private static void check(String name, Object value, boolean good, String expected) {
        if (!good) {
            throw new IllegalArgumentException("%s: %s (expected: %s)".formatted(name, value, expected));
        }
    }
}
