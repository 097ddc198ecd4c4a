package dev.perdure.engine;

import dev.perdure.core.Settings;

/** Finite numbers with open bounds, which {@link Settings#real} does not know. */
final class Numbers {
    private Numbers() {}

    static double atLeast(Settings settings, String key, double fallback, double min) {
        double value = settings.real(key, fallback, min, Double.POSITIVE_INFINITY);
        return checked(settings, key, value, fallback, Double.isFinite(value), "a finite number");
    }

    static double above(Settings settings, String key, double fallback, double min) {
        double value = settings.real(key, fallback, min, Double.POSITIVE_INFINITY);
        return checked(
                settings, key, value, fallback, value > min && Double.isFinite(value), "a number > " + plain(min));
    }

    static double below(Settings settings, String key, double fallback, double min, double max) {
        double value = settings.real(key, fallback, min, max);
        return checked(
                settings,
                key,
                value,
                fallback,
                value < max,
                "a number >= %s and < %s".formatted(plain(min), plain(max)));
    }

    private static double checked(
            Settings settings, String key, double value, double fallback, boolean holds, String expected) {
        if (!holds) {
            settings.reject(key, "%s (expected: %s)".formatted(plain(value), expected));
        }
        return holds ? value : fallback;
    }

    private static String plain(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
