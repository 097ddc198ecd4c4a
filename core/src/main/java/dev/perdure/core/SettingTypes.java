package dev.perdure.core;

import java.util.Locale;
import java.util.function.Function;

/** How the text of a setting becomes a value; whatever is none is an {@link IllegalArgumentException}. */
final class SettingTypes {
    private SettingTypes() {}

    static boolean flag(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "true", "yes", "on" -> true;
            case "false", "no", "off" -> false;
            default -> throw new IllegalArgumentException();
        };
    }

    static Function<String, Long> whole(long min, long max) {
        return value -> {
            long number = Long.parseLong(value.replace("_", ""));
            if (number < min || number > max) {
                throw new IllegalArgumentException();
            }
            return number;
        };
    }

    /** Numbers within bounds; NaN is within none. */
    static Function<String, Double> real(double min, double max) {
        return value -> {
            double number = Double.parseDouble(value);
            if (!(number >= min && number <= max)) {
                throw new IllegalArgumentException();
            }
            return number;
        };
    }

    /** Returns bounds in words, such as {@code  >= 1 and <= 9}; the largest numbers of a type are no bound. */
    static String range(long min, long max) {
        boolean low = min != Long.MIN_VALUE && min != Integer.MIN_VALUE;
        boolean high = max != Long.MAX_VALUE && max != Integer.MAX_VALUE;
        return bounds(low ? Long.toString(min) : "", high ? Long.toString(max) : "");
    }

    static String range(double min, double max) {
        return bounds(
                min == Double.NEGATIVE_INFINITY ? "" : plain(min), max == Double.POSITIVE_INFINITY ? "" : plain(max));
    }

    private static String bounds(String min, String max) {
        String low = min.isEmpty() ? "" : " >= " + min;
        return max.isEmpty() ? low : low + (low.isEmpty() ? " <= " : " and <= ") + max;
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
