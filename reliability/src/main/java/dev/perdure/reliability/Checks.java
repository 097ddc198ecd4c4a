package dev.perdure.reliability;

/** Arguments that are numbers, checked in one line; NaN fails every check. */
final class Checks {
    private Checks() {}

    static double positive(String name, double value) {
        check(name, value, value > 0 && value < Double.POSITIVE_INFINITY, "> 0 and finite");
        return value;
    }

    static double notNegative(String name, double value) {
        check(name, value, value >= 0 && value < Double.POSITIVE_INFINITY, ">= 0 and finite");
        return value;
    }

    static double finite(String name, double value) {
        check(name, value, Double.isFinite(value), "a finite number");
        return value;
    }

    /** A share or probability: 0 and 1 themselves only where they make sense. */
    static double share(String name, double value, boolean endsToo) {
        boolean inside = value > 0 && value < 1;
        check(name, value, inside || (endsToo && (value == 0 || value == 1)), endsToo ? "0 to 1" : "> 0 and < 1");
        return value;
    }

    static int atLeast(String name, int value, int least) {
        check(name, value, value >= least, ">= " + least);
        return value;
    }

    static long atLeast(String name, long value, long least) {
        check(name, value, value >= least, ">= " + least);
        return value;
    }

    private static void check(String name, Object value, boolean good, String expected) {
        if (!good) {
            throw new IllegalArgumentException("%s: %s (expected: %s)".formatted(name, value, expected));
        }
    }
}
