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

/**
 * Networks described by layers, as ONNX files. Every layer can be written; the file computes what the network computes in
 * evaluation, for batches of any size, and gives what the last layer gives.
 */
public final class OnnxExport {
    private OnnxExport() {}

    /**
     * Finds out, without weights and before anything is trained, whether a network can be written.
     *
     * @throws BadSettingException if the network does not fit the ports, or is larger than 2 GiB, which no ONNX file may be
     */
    public static void require(List<Layer> layers, Port input, Port output) {
        var bytes = new long[1];
        graph(layers, input, output, (graph, name, shape) -> {
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
        var problems = new ArrayList<String>();
        OnnxGraph graph = graph(layers, input, output, (into, name, shape) -> {
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

    private static OnnxGraph graph(List<Layer> layers, Port input, Port output, LayersGraph.WeightSource weights) {
        requireFloats(input);
        requireFloats(output);
        Shapes.require(layers, input.sample(), Math.toIntExact(output.sample().elements()));
        var graph = new OnnxGraph("network").input(input);
        String last = new LayersGraph(graph, weights).add("", layers, input.sample(), input.name());
        return graph.node("Identity", List.of(last), output.name()).output(output);
    }

    private static void requireFloats(Port port) {
        if (port.dtype() != DType.F32) {
            throw new BadSettingException("ONNX: %s is %s (expected: F32, as networks described by layers compute)"
                    .formatted(port.name(), port.dtype()));
        }
    }
}
