package dev.perdure.engine;

import dev.perdure.core.Settings;
import dev.perdure.core.Suggestions;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The keys of the {@code training:} section that say how parameters follow the gradient: {@code optimizer},
 * {@code weight-decay}, {@code l1}, {@code clip-norm}. Defaults are PyTorch's, and {@code adam} for the optimizer.
 */
public final class OptimizerSettings {
    private static final List<String> RULES = List.of("sgd", "adam", "adamw", "rmsprop");
    private static final double ADAMW_DECAY = 0.01;

    private OptimizerSettings() {}

    /** Reads the keys. What is wrong is reported by {@link Settings#finish}; the answer is harmless then. */
    public static OptimizerSpec read(Settings training) {
        OptimizerSpec.Rule rule = rule(training);
        double decay = rule instanceof OptimizerSpec.Rule.AdamW ? ADAMW_DECAY : 0;
        return new OptimizerSpec(
                rule,
                Numbers.atLeast(training, "weight-decay", decay, 0),
                Numbers.atLeast(training, "l1", 0, 0),
                training.has("clip-norm")
                        ? OptionalDouble.of(Numbers.above(training, "clip-norm", 1, 0))
                        : OptionalDouble.empty());
    }

    private static OptimizerSpec.Rule rule(Settings training) {
        Optional<Settings.Named> named = training.named("optimizer");
        if (named.isEmpty()) {
            return new OptimizerSpec.Rule.Adam(0.9, 0.999, 1e-8);
        }
        Settings s = named.get().settings();
        return switch (named.get().name()) {
            case "sgd" -> sgd(s);
            case "adam" -> new OptimizerSpec.Rule.Adam(beta(s, "beta1", 0.9), beta(s, "beta2", 0.999), epsilon(s));
            case "adamw" -> new OptimizerSpec.Rule.AdamW(beta(s, "beta1", 0.9), beta(s, "beta2", 0.999), epsilon(s));
            case "rmsprop" ->
                new OptimizerSpec.Rule.RmsProp(beta(s, "alpha", 0.99), epsilon(s), s.real("momentum", 0, 0, 1));
            default -> {
                training.reject(
                        "optimizer",
                        "'%s' (expected: one of %s) %s"
                                .formatted(
                                        named.get().name(),
                                        String.join(", ", RULES),
                                        Suggestions.didYouMean(named.get().name(), RULES)));
                yield new OptimizerSpec.Rule.Adam(0.9, 0.999, 1e-8);
            }
        };
    }

    private static OptimizerSpec.Rule sgd(Settings s) {
        double momentum = s.real("momentum", 0, 0, 1);
        double dampening = s.real("dampening", 0, 0, 1);
        boolean nesterov = s.flag("nesterov", false);
        boolean possible = !nesterov || (momentum > 0 && dampening == 0);
        if (!possible) {
            s.reject(
                    "nesterov",
                    "true with momentum %s and dampening %s (expected: momentum > 0 and dampening 0)"
                            .formatted(momentum, dampening));
        }
        return new OptimizerSpec.Rule.Sgd(momentum, dampening, nesterov && possible);
    }

    private static double beta(Settings s, String key, double fallback) {
        return Numbers.below(s, key, fallback, 0, 1);
    }

    private static double epsilon(Settings s) {
        return Numbers.above(s, "epsilon", 1e-8, 0);
    }

    /**
     * Returns the keys written in full, every default spelt out, as canonical text: equal optimizers give equal text, and
     * {@link #read} gives an equal optimizer for it.
     */
    public static String yaml(OptimizerSpec spec) {
        String rule = switch (spec.rule()) {
            case OptimizerSpec.Rule.Sgd(double momentum, double dampening, boolean nesterov) ->
                "sgd: {momentum: %s, dampening: %s, nesterov: %s}".formatted(momentum, dampening, nesterov);
            case OptimizerSpec.Rule.Adam(double beta1, double beta2, double epsilon) ->
                "adam: {beta1: %s, beta2: %s, epsilon: %s}".formatted(beta1, beta2, epsilon);
            case OptimizerSpec.Rule.AdamW(double beta1, double beta2, double epsilon) ->
                "adamw: {beta1: %s, beta2: %s, epsilon: %s}".formatted(beta1, beta2, epsilon);
            case OptimizerSpec.Rule.RmsProp(double alpha, double epsilon, double momentum) ->
                "rmsprop: {alpha: %s, epsilon: %s, momentum: %s}".formatted(alpha, epsilon, momentum);
        };
        String clip = spec.clipNorm().isPresent()
                ? "clip-norm: %s\n".formatted(spec.clipNorm().getAsDouble())
                : "";
        return "optimizer: {%s}\nweight-decay: %s\nl1: %s\n%s".formatted(rule, spec.weightDecay(), spec.l1(), clip);
    }
}
