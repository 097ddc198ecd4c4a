package dev.perdure.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.engine.Port;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What an ONNX file says that it takes or gives. */
record Described(String kind, Map<String, NodeInfo> all) {

    static Described inputs(OrtSession session) throws OrtException {
        return new Described("input", session.getInputInfo());
    }

    static Described outputs(OrtSession session) throws OrtException {
        return new Described("output", session.getOutputInfo());
    }

    /** Returns how ports differ from what is described here; a size that the file leaves open differs from none. */
    List<String> differences(List<Port> ports) {
        List<String> problems = new ArrayList<>();
        for (Port port : ports) {
            NodeInfo node = all.get(port.name());
            if (node == null || !fits(port, node)) {
                problems.add("%s '%s' is %s (expected: %s %s, as the signature says). The file has: %s"
                        .formatted(
                                kind,
                                port.name(),
                                node == null ? "not there" : text(node),
                                port.dtype(),
                                port.batch(1).toString().replaceFirst("1", "samples"),
                                this));
            }
        }
        return problems;
    }

    private static boolean fits(Port port, NodeInfo node) {
        return node.getInfo() instanceof TensorInfo tensor
                && Tensors.dtype(tensor.type).filter(port.dtype()::equals).isPresent()
                && fits(port.sample(), tensor.getShape());
    }

    private static boolean fits(Shape sample, long[] sizes) {
        if (sizes.length != sample.dimensions() + 1) {
            return false;
        }
        for (int i = 1; i < sizes.length; i++) {
            if (sizes[i] >= 0 && sizes[i] != sample.size(i - 1)) {
                return false;
            }
        }
        return true;
    }

    private static String text(NodeInfo node) {
        if (!(node.getInfo() instanceof TensorInfo tensor)) {
            return "no tensor";
        }
        String sizes = Arrays.stream(tensor.getShape())
                .mapToObj(size -> size < 0 ? "any" : Long.toString(size))
                .collect(Collectors.joining(", ", "[", "]"));
        return "%s %s".formatted(Tensors.dtype(tensor.type).map(DType::name).orElse(tensor.type.name()), sizes);
    }

    @Override
    public String toString() {
        return all.values().stream()
                .map(node -> "%s %s".formatted(node.getName(), text(node)))
                .collect(Collectors.joining("; "));
    }
}
