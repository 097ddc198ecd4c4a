package dev.perdure.engine;

import dev.perdure.core.Settings;
import dev.perdure.core.Suggestions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Reads a list of layers and names those that are given no name: {@code conv1}, {@code conv2}, {@code fc1}, … */
final class LayerSettings {
    private static final int SIZE_MAX = 1 << 24;
    private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*";

    private final Map<String, Integer> counts = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final Map<String, Function<Settings, Layer>> readers = readers();

    private LayerSettings() {}

    /** Reads the list under {@code key}. What is wrong is put down in {@code settings}, and left out of the answer. */
    static List<Layer> read(Settings settings, String key) {
        var reader = new LayerSettings();
        var layers = new ArrayList<Layer>();
        for (Settings.Named named : settings.namedList(key)) {
            reader.layer(named).ifPresent(layers::add);
        }
        return List.copyOf(layers);
    }

    private Optional<Layer> layer(Settings.Named named) {
        Function<Settings, Layer> reader = readers.get(named.name());
        if (reader == null) {
            named.settings().keys(); // one problem is enough
            named.settings()
                    .rejectSelf("'%s' is not a layer. %s"
                            .formatted(
                                    named.name(),
                                    Suggestions.nearest(named.name(), readers.keySet())
                                            .map(k -> "Did you mean '" + k + "'?")
                                            .orElse("Known: " + String.join(", ", readers.keySet()) + ".")));
            return Optional.empty();
        }
        return Optional.of(reader.apply(named.settings()));
    }

    private Map<String, Function<Settings, Layer>> readers() {
        var byName = new LinkedHashMap<String, Function<Settings, Layer>>();
        byName.put("conv", this::conv);
        byName.put("max-pool", s -> pool(s, Layer.MaxPool::new));
        byName.put("avg-pool", s -> pool(s, Layer.AvgPool::new));
        byName.put("global-avg-pool", _ -> new Layer.GlobalAvgPool());
        byName.put("flatten", _ -> new Layer.Flatten());
        byName.put("dense", this::dense);
        byName.put("batch-norm", this::batchNorm);
        byName.put("layer-norm", s -> new Layer.LayerNorm(name(s, "ln"), epsilon(s)));
        byName.put("dropout", LayerSettings::dropout);
        for (Layer.Activation activation : Layer.Activation.values()) {
            byName.put(word(activation), _ -> new Layer.Activate(activation));
        }
        byName.put("residual", this::residual);
        return byName;
    }

    private Layer conv(Settings s) {
        return new Layer.Conv(
                name(s, "conv"),
                size(s, "out"),
                size(s, "kernel"),
                s.integer("stride", 1, 1, SIZE_MAX),
                s.integer("padding", 0, 0, SIZE_MAX),
                s.flag("bias", true),
                s.choice("init", Layer.Initializer.DEFAULT));
    }

    private interface Pool {
        Layer of(int kernel, int stride);
    }

    private static Layer pool(Settings s, Pool pool) {
        int kernel = size(s, "kernel");
        return pool.of(kernel, s.integer("stride", kernel, 1, SIZE_MAX));
    }

    private Layer dense(Settings s) {
        return new Layer.Dense(
                name(s, "fc"), size(s, "out"), s.flag("bias", true), s.choice("init", Layer.Initializer.DEFAULT));
    }

    private Layer batchNorm(Settings s) {
        return new Layer.BatchNorm(name(s, "bn"), s.real("momentum", 0.1, 0, 1), epsilon(s));
    }

    private static Layer dropout(Settings s) {
        String key = s.has(Settings.BARE) ? Settings.BARE : "probability";
        return new Layer.Dropout(Numbers.below(s, key, 0.5, 0, 1));
    }

    private Layer residual(Settings s) {
        String name = name(s, "block");
        List<Layer> body = read(s, "body");
        if (body.isEmpty() && !s.has("body")) {
            s.reject("body", "is missing (expected: a list of layers). Add 'body: [...]'.");
        }
        return new Layer.Residual(name, body);
    }

    private static double epsilon(Settings s) {
        return Numbers.above(s, "epsilon", 1e-5, 0);
    }

    private static int size(Settings s, String key) {
        return (int) s.whole(key, 1, SIZE_MAX);
    }

    /** Counts also where a name is given, so that naming one layer does not rename the others. */
    private String name(Settings s, String kind) {
        String fallback = kind + counts.merge(kind, 1, Integer::sum);
        String name = s.text("name", fallback);
        if (!name.matches(NAME)) {
            s.reject("name", "'%s' (expected: letters, digits and _, not starting with a digit)".formatted(name));
        } else if (!names.add(name)) {
            s.reject("name", "'%s' names two layers. Give one of them another name.".formatted(name));
        }
        return name;
    }

    /** Returns what the configuration calls a layer of this kind. */
    static String kind(Layer layer) {
        return switch (layer) {
            case Layer.Conv _ -> "conv";
            case Layer.MaxPool _ -> "max-pool";
            case Layer.AvgPool _ -> "avg-pool";
            case Layer.GlobalAvgPool _ -> "global-avg-pool";
            case Layer.Flatten _ -> "flatten";
            case Layer.Dense _ -> "dense";
            case Layer.BatchNorm _ -> "batch-norm";
            case Layer.LayerNorm _ -> "layer-norm";
            case Layer.Dropout _ -> "dropout";
            case Layer.Activate(Layer.Activation activation) -> word(activation);
            case Layer.Residual _ -> "residual";
        };
    }

    /** Returns a layer as the configuration would write it in full, on one line. */
    static String yaml(Layer layer) {
        String settings = switch (layer) {
            case Layer.Conv c ->
                "name: %s, out: %d, kernel: %d, stride: %d, padding: %d, bias: %s, init: %s"
                        .formatted(c.name(), c.out(), c.kernel(), c.stride(), c.padding(), c.bias(), word(c.init()));
            case Layer.MaxPool(int kernel, int stride) -> "kernel: %d, stride: %d".formatted(kernel, stride);
            case Layer.AvgPool(int kernel, int stride) -> "kernel: %d, stride: %d".formatted(kernel, stride);
            case Layer.Dense d ->
                "name: %s, out: %d, bias: %s, init: %s".formatted(d.name(), d.out(), d.bias(), word(d.init()));
            case Layer.BatchNorm n ->
                "name: %s, momentum: %s, epsilon: %s".formatted(n.name(), n.momentum(), n.epsilon());
            case Layer.LayerNorm n -> "name: %s, epsilon: %s".formatted(n.name(), n.epsilon());
            case Layer.Dropout(double probability) -> "probability: " + probability;
            case Layer.Residual r -> "name: %s, body: %s".formatted(r.name(), yaml(r.body()));
            case Layer.GlobalAvgPool _, Layer.Flatten _, Layer.Activate _ -> "";
        };
        return settings.isEmpty() ? kind(layer) : "%s: {%s}".formatted(kind(layer), settings);
    }

    private static String yaml(List<Layer> layers) {
        return "[" + String.join(", ", layers.stream().map(LayerSettings::yaml).toList()) + "]";
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
