package dev.perdure.chaos;

import dev.perdure.core.Settings;
import java.time.Duration;
import java.util.function.Function;

/**
 * A kind of fault.
 *
 * @param <F> what it is a kind of
 * @param parameters of its own, with their defaults
 * @param does what really happens
 * @param read a fault of this kind, from what a plan says of it
 */
public record Kind<F>(String name, String parameters, String does, Function<Settings, F> read) {
    private static final double SECONDS_MAX = 3600;

    static Duration seconds(Settings settings, String key, double fallback) {
        return Duration.ofNanos(Math.round(1e9 * settings.real(key, fallback, 0.001, SECONDS_MAX)));
    }

    static Duration millis(Settings settings, String key, long fallback) {
        return Duration.ofMillis(settings.whole(key, fallback, 1, 3_600_000));
    }
}
