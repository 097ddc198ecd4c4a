package dev.perdure.export;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.Suggestions;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Port;
import dev.perdure.engine.Shapes;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Networks described by layers, as ONNX files. Every layer can be written; the file computes what the network computes in
 * evaluation, for batches of any size, and gives what the last layer gives; and if that is wanted, what an inner one does.
 */
public final class OnnxExport {
    /** An inner layer's numbers are at most so many: of more, so many sums by chance. */
    public static final int INNER_MAX = 64;

    private static final String INNER = "perdure_inner";
    private static final String INNER_SUMS = "perdure_inner_sums";
    private static final long INNER_SEED = 0x9e3779b97f4a7c15L;

    private OnnxExport() {}

    /**
     * An inner layer that a file gives beside its output: what the last dense layer is given, or of more than {@value
     * #INNER_MAX} numbers so many random sums of them, which keep distances between samples nearly as they are (Johnson and
     * Lindenstrauss, 1984).
     *
     * @param layer the dense layer's name
     * @param width how many numbers it is given
     * @param port of the file's output: F32 {@code [batch, numbers]}
     */
    public record Inner(String layer, int width, Port port) {}

    /** Returns the inner layer that {@link #writeWithInner} has a file give; nothing where no dense layer is the network's own. */
    public static Optional<Inner> inner(List<Layer> layers, Port input) {
        Shapes.Inferred shapes = Shapes.infer(layers, input.sample());
        for (int i = Math.min(layers.size(), shapes.after().size()) - 1; i >= 0; i--) {
            if (layers.get(i) instanceof Layer.Dense dense) {
                int width = Math.toIntExact(shapes.before(i).elements());
                return Optional.of(
                        new Inner(dense.name(), width, Port.of(INNER, DType.F32, Math.min(width, INNER_MAX))));
            }
        }
        return Optional.empty();
    }

    /**
     * Finds out, without weights and before anything is trained, whether a network can be written.
     *
     * @throws BadSettingException if the network does not fit the ports, or is larger than 2 GiB, which no ONNX file may be
     */
    public static void require(List<Layer> layers, Port input, Port output) {
        var bytes = new long[1];
        graph(layers, input, output, Optional.empty(), (graph, name, shape) -> {
            bytes[0] += shape.elements() * DType.F32.bytes();
            graph.tensor(name, new TensorData(DType.F32, Shape.of(0), MemorySegment.NULL));
        });
        if (bytes[0] > OnnxGraph.BYTES_MAX) {
            throw new BadSettingException(
                    "model.layers: %d bytes of weights (expected: at most %d in an ONNX file). Make it smaller, or do without ONNX."
                            .formatted(bytes[0], OnnxGraph.BYTES_MAX));
        }
    }

    /**
     * Returns a network as an ONNX file: always the same bytes for the same layers and weights.
     *
     * @param input F32, and {@code output} likewise, of one dimension
     * @param weights parameters and buffers by PyTorch's names, all F32; others are left out
     * @param arena how long the file's memory lives
     * @throws BadSettingException if the network does not fit the ports, a weight is missing or does not fit, or the file
     *     would be longer than 2 GiB
     */
    public static MemorySegment write(
            List<Layer> layers, Port input, Port output, Map<String, TensorData> weights, Arena arena) {
        return write(layers, input, output, weights, Optional.empty(), arena);
    }

    /**
     * Returns a network as an ONNX file that gives its {@link #inner} layer as well, as its second output, if it has one; the
     * first is computed as in any other.
     *
     * @throws BadSettingException as {@link #write} has it
     */
    public static MemorySegment writeWithInner(
            List<Layer> layers, Port input, Port output, Map<String, TensorData> weights, Arena arena) {
        return write(layers, input, output, weights, inner(layers, input), arena);
    }

    private static MemorySegment write(
            List<Layer> layers,
            Port input,
            Port output,
            Map<String, TensorData> weights,
            Optional<Inner> inner,
            Arena arena) {
        var problems = new ArrayList<String>();
        OnnxGraph graph = graph(layers, input, output, inner, (into, name, shape) -> {
            TensorData weight = weights.get(name);
            if (weight == null) {
                problems.add("weights: %s is missing (expected: F32 %s). %s"
                        .formatted(name, shape, Suggestions.didYouMean(name, weights.keySet()))
                        .stripTrailing());
            } else if (weight.dtype() != DType.F32 || !weight.shape().equals(shape)) {
                problems.add("weights: %s is %s %s (expected: F32 %s). They are another network's."
                        .formatted(name, weight.dtype(), weight.shape(), shape));
            }
            into.tensor(name, weight == null ? TensorData.of(Shape.of(0), new float[0]) : weight);
        });
        if (!problems.isEmpty()) {
            throw new BadSettingException(problems);
        }
        return graph.write(arena);
    }

    private static OnnxGraph graph(
            List<Layer> layers, Port input, Port output, Optional<Inner> inner, LayersGraph.WeightSource weights) {
        requireFloats(input);
        requireFloats(output);
        Shapes.require(layers, input.sample(), Math.toIntExact(output.sample().elements()));
        var graph = new OnnxGraph("network").input(input);
        var network = new LayersGraph(graph, weights);
        String last = network.add("", layers, input.sample(), input.name());
        graph.node("Identity", List.of(last), output.name()).output(output);
        inner.ifPresent(wanted -> add(graph, wanted, network.lastRows().orElseThrow()));
        return graph;
    }

    private static void add(OnnxGraph graph, Inner inner, String rows) {
        int numbers = Math.toIntExact(inner.port().sample().size(0));
        if (numbers == inner.width()) {
            graph.node("Identity", List.of(rows), INNER);
        } else {
            graph.tensor(INNER_SUMS, sums(numbers, inner.width()))
                    .node("Gemm", List.of(rows, INNER_SUMS), INNER, new OnnxGraph.Attribute.Whole("transB", 1));
        }
        graph.output(inner.port());
    }

    /** Returns weights by chance, always the same: F32 {@code [numbers, width]}, of a mean square of one over {@code numbers}. */
    private static TensorData sums(int numbers, int width) {
        var chance = new SplittableRandom(INNER_SEED);
        float[] sums = new float[Math.multiplyExact(numbers, width)];
        for (int i = 0; i < sums.length; i++) {
            sums[i] = (float) (chance.nextGaussian() / Math.sqrt(numbers));
        }
        return TensorData.of(Shape.of(numbers, width), sums);
    }

    private static void requireFloats(Port port) {
        if (port.dtype() != DType.F32) {
            throw new BadSettingException("ONNX: %s is %s (expected: F32, as networks described by layers compute)"
                    .formatted(port.name(), port.dtype()));
        }
    }
}
