package dev.perdure.engine;

import dev.perdure.core.Settings;
import dev.perdure.core.Suggestions;
import java.util.List;
import java.util.Optional;

/**
 * The {@code learning-rate} of the {@code training:} section: a number, or one of {@code step: {rate, every, factor}},
 * {@code cosine: {rate, min}}, {@code warm-up: {steps, after}} and {@code one-cycle: {max, rise, div-start, div-end}}.
 */
public final class LearningRateSettings {
    private static final List<String> SCHEDULES = List.of("step", "cosine", "warm-up", "one-cycle");
    private static final double RATE = 0.001;
    private static final LearningRate DEFAULT = new LearningRate.Constant(RATE);

    private LearningRateSettings() {}

    /** Reads the key, 0.001 when absent. What is wrong is reported by {@link Settings#finish}. */
    public static LearningRate read(Settings training) {
        return read(training, "learning-rate");
    }

    private static LearningRate read(Settings parent, String key) {
        Optional<Settings.Named> named = parent.named(key);
        if (named.isEmpty()) {
            return DEFAULT;
        }
        Settings s = named.get().settings();
        return switch (named.get().name()) {
            case "step" ->
                new LearningRate.StepDecay(
                        rate(s, "rate"), s.whole("every", 1, Long.MAX_VALUE), Numbers.above(s, "factor", 0.1, 0));
            case "cosine" -> cosine(s);
            case "warm-up" -> new LearningRate.WarmUp(s.whole("steps", 1, Long.MAX_VALUE), read(s, "after"));
            case "one-cycle" -> oneCycle(s);
            default -> constant(parent, key, named.get().name());
        };
    }

    private static LearningRate constant(Settings parent, String key, String value) {
        if (isNumber(value)) {
            return new LearningRate.Constant(rate(parent, key));
        }
        parent.reject(
                key,
                "'%s' (expected: a number, or one of %s) %s"
                        .formatted(value, String.join(", ", SCHEDULES), Suggestions.didYouMean(value, SCHEDULES)));
        return DEFAULT;
    }

    private static LearningRate cosine(Settings s) {
        double rate = rate(s, "rate");
        double min = Numbers.atLeast(s, "min", 0, 0);
        if (min > rate) {
            s.reject("min", "%s (expected: at most the rate, %s)".formatted(min, rate));
        }
        return new LearningRate.Cosine(rate, Math.min(min, rate));
    }

    private static LearningRate oneCycle(Settings s) {
        double max = Numbers.above(s, "max", 0.01, 0);
        double rise = Numbers.below(s, "rise", 0.3, 0, 1);
        if (rise == 0) {
            s.reject("rise", "0 (expected: a share of the run > 0 and < 1)");
        }
        return new LearningRate.OneCycle(
                max,
                rise == 0 ? 0.3 : rise,
                Numbers.atLeast(s, "div-start", 25, 1),
                Numbers.atLeast(s, "div-end", 1e4, 1));
    }

    private static double rate(Settings s, String key) {
        return Numbers.above(s, key, RATE, 0);
    }

    private static boolean isNumber(String value) {
        try {
            Double.parseDouble(value);
            return true;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Returns the key written in full as canonical text, for which {@link #read} gives an equal schedule. */
    public static String yaml(LearningRate rate) {
        return "learning-rate: " + value(rate) + "\n";
    }

    private static String value(LearningRate rate) {
        return switch (rate) {
            case LearningRate.Constant(double constant) -> Double.toString(constant);
            case LearningRate.StepDecay(double first, long every, double factor) ->
                "{step: {rate: %s, every: %d, factor: %s}}".formatted(first, every, factor);
            case LearningRate.Cosine(double first, double min) -> "{cosine: {rate: %s, min: %s}}".formatted(first, min);
            case LearningRate.WarmUp(long warmup, LearningRate after) ->
                "{warm-up: {steps: %d, after: %s}}".formatted(warmup, value(after));
            case LearningRate.OneCycle(double max, double rise, double divStart, double divEnd) ->
                "{one-cycle: {max: %s, rise: %s, div-start: %s, div-end: %s}}".formatted(max, rise, divStart, divEnd);
        };
    }
}
