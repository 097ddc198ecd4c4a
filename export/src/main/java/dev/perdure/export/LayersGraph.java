package dev.perdure.export;

import dev.perdure.core.Shape;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Shapes;
import dev.perdure.export.OnnxGraph.Attribute;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says which operators a network's layers are, as they compute in evaluation: dropout does nothing, batch normalisation uses
 * the running statistics.
 */
final class LayersGraph {
    private static final String HALF = "/half";
    private static final String ONE = "/one";
    private static final String ROOT_OF_TWO = "/root-of-two";

    private final OnnxGraph graph;
    private final WeightSource weights;
    private int unnamed;
    private @Nullable String lastRows;

    /** Where weights come from. */
    interface WeightSource {
        /** Puts a weight into the graph. */
        void add(OnnxGraph graph, String name, Shape shape);
    }

    LayersGraph(OnnxGraph graph, WeightSource weights) {
        this.graph = graph;
        this.weights = weights;
    }

    /**
     * Adds layers.
     *
     * @param prefix of the layers' names, such as {@code block1.}
     * @param x the name of the value that the first one is given
     * @return the name of what the last one gives
     */
    String add(String prefix, List<Layer> layers, Shape input, String x) {
        Shapes.Inferred shapes = Shapes.infer(layers, input);
        String value = x;
        for (int i = 0; i < layers.size(); i++) {
            value = add(prefix, layers.get(i), shapes.before(i), shapes.after().get(i), value);
        }
        return value;
    }

    private String add(String prefix, Layer layer, Shape before, Shape after, String x) {
        return switch (layer) {
            case Layer.Conv c -> conv(prefix + c.name(), x, before, c);
            case Layer.MaxPool(int kernel, int stride) -> pool("MaxPool", x, kernel, stride);
            case Layer.AvgPool(int kernel, int stride) -> pool("AveragePool", x, kernel, stride);
            case Layer.GlobalAvgPool() -> flatten(node("GlobalAveragePool", x));
            case Layer.Flatten() -> flatten(x);
            case Layer.Dense d -> {
                String rows = rows(x, before);
                lastRows = prefix.isEmpty() ? rows : lastRows;
                yield dense(prefix + d.name(), rows, before, d.out(), d.bias());
            }
            case Layer.BatchNorm n -> batchNorm(prefix + n.name(), x, Shape.of(before.size(0)), n.epsilon());
            case Layer.LayerNorm n -> layerNorm(prefix + n.name(), x, before, n.epsilon());
            case Layer.Dropout _ -> x;
            case Layer.Activate(Layer.Activation activation) -> activate(activation, x);
            case Layer.Residual r -> residual(prefix + r.name(), r.body(), x, before, after);
        };
    }

    private String conv(String name, String x, Shape before, Layer.Conv c) {
        return conv(
                name, x, Shape.of(c.out(), before.size(0), c.kernel(), c.kernel()), c.stride(), c.padding(), c.bias());
    }

    private String conv(String name, String x, Shape kernel, int stride, int padding, boolean bias) {
        return named(
                "Conv",
                name,
                weighted(name, x, kernel, bias),
                square("kernel_shape", kernel.size(2)),
                square("strides", stride),
                wholes("pads", Collections.nCopies(4, (long) padding)));
    }

    /** Returns what the last dense layer was given, of those that are in no other layer; nothing when there was none. */
    Optional<String> lastRows() {
        return Optional.ofNullable(lastRows);
    }

    private String rows(String x, Shape before) {
        return before.dimensions() == 1 ? x : flatten(x);
    }

    private String dense(String name, String rows, Shape before, int out, boolean bias) {
        return named(
                "Gemm",
                name,
                weighted(name, rows, Shape.of(out, before.elements()), bias),
                new Attribute.Whole("transB", 1));
    }

    /** Returns a layer's inputs: the value, its weight, and its bias if it has one. */
    private List<String> weighted(String name, String x, Shape weight, boolean bias) {
        var from = new ArrayList<>(List.of(x, weight(name + ".weight", weight)));
        if (bias) {
            from.add(weight(name + ".bias", Shape.of(weight.size(0))));
        }
        return from;
    }

    private String batchNorm(String name, String x, Shape channels, double epsilon) {
        List<String> from = new ArrayList<>(List.of(x));
        for (String part : List.of("weight", "bias", "running_mean", "running_var")) {
            from.add(weight(name + "." + part, channels));
        }
        return named("BatchNormalization", name, from, new Attribute.Real("epsilon", (float) epsilon));
    }

    private String layerNorm(String name, String x, Shape sample, double epsilon) {
        return named(
                "LayerNormalization",
                name,
                List.of(x, weight(name + ".weight", sample), weight(name + ".bias", sample)),
                new Attribute.Whole("axis", 1),
                new Attribute.Real("epsilon", (float) epsilon));
    }

    private String residual(String name, List<Layer> body, String x, Shape before, Shape after) {
        String y = add(name + ".", body, before, x);
        String same = before.equals(after) ? x : shortcut(name + ".shortcut", x, before, after);
        return named("Add", name, List.of(same, y));
    }

    private String shortcut(String name, String x, Shape before, Shape after) {
        if (after.dimensions() == 1) {
            return dense(name, rows(x, before), before, Math.toIntExact(after.size(0)), false);
        }
        int stride = Shapes.shortcutStride(before, after).orElseThrow();
        return conv(name, x, Shape.of(after.size(0), before.size(0), 1, 1), stride, 0, false);
    }

    private String activate(Layer.Activation activation, String x) {
        return switch (activation) {
            case RELU -> node("Relu", x);
            case LEAKY_RELU -> node("LeakyRelu", List.of(x), new Attribute.Real("alpha", 0.01f));
            case GELU -> gelu(x);
            case SILU -> node("Mul", List.of(x, node("Sigmoid", x)));
            case TANH -> node("Tanh", x);
            case SIGMOID -> node("Sigmoid", x);
            case ELU -> node("Elu", List.of(x), new Attribute.Real("alpha", 1));
        };
    }

    /** {@code x (1 + erf(x / √2)) / 2}: an operator of its own came with a later opset. */
    private String gelu(String x) {
        graph.constant(ROOT_OF_TWO, (float) Math.sqrt(2)).constant(ONE, 1).constant(HALF, 0.5f);
        String erf = node("Erf", node("Div", List.of(x, ROOT_OF_TWO)));
        String grown = node("Mul", List.of(x, node("Add", List.of(erf, ONE))));
        return node("Mul", List.of(grown, HALF));
    }

    private String pool(String operator, String x, int kernel, int stride) {
        return node(operator, List.of(x), square("kernel_shape", kernel), square("strides", stride));
    }

    private String flatten(String x) {
        return node("Flatten", List.of(x), new Attribute.Whole("axis", 1));
    }

    private String node(String operator, String x) {
        return node(operator, List.of(x));
    }

    private String node(String operator, List<String> from, Attribute... attributes) {
        unnamed++;
        return put(operator, "/%s_%d".formatted(operator, unnamed), from, attributes);
    }

    private String named(String operator, String layer, List<String> from, Attribute... attributes) {
        return put(operator, "/" + layer, from, attributes);
    }

    private String put(String operator, String name, List<String> from, Attribute... attributes) {
        graph.node(operator, from, name, attributes);
        return name;
    }

    private String weight(String name, Shape shape) {
        weights.add(graph, name, shape);
        return name;
    }

    private static Attribute square(String name, long size) {
        return wholes(name, List.of(size, size));
    }

    private static Attribute wholes(String name, List<Long> values) {
        return new Attribute.Wholes(name, values);
    }
}
