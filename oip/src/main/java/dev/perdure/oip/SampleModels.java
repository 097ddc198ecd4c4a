package dev.perdure.oip;

import dev.perdure.core.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntBinaryOperator;

/** The models that the conformance suite asks: one that adds and subtracts, and for each datatype one that echoes. */
public final class SampleModels {
    /** Takes INPUT0 and INPUT1, INT32 [-1, 16], and gives OUTPUT0, their sum, and OUTPUT1, their difference. */
    public static final String ADDER = "adder";

    /** Before a datatype's name: takes x of it, [-1], and gives y, the same. */
    public static final String ECHO = "echo_";

    private static final int WIDTH = 16;

    private SampleModels() {}

    /** Returns a service with all of them, the adder in two versions. */
    public static MemoryModels service() {
        var models = new ArrayList<MemoryModels.Model>();
        models.add(adder());
        Arrays.stream(Datatype.values()).map(SampleModels::echo).forEach(models::add);
        return new MemoryModels(new ServerMetadata("perdure-samples", "1", ServerMetadata.EXTENSIONS), models);
    }

    private static MemoryModels.Model echo(Datatype type) {
        var metadata = new ModelMetadata(
                ECHO + type,
                List.of("1"),
                "perdure_memory",
                List.of(new TensorMetadata("x", type, List.of(-1L))),
                List.of(new TensorMetadata("y", type, List.of(-1L))));
        return new MemoryModels.Model(
                metadata,
                List.of("zero", "one", "two"),
                (request, _) -> List.of(request.inputs().getFirst().named("y")));
    }

    private static MemoryModels.Model adder() {
        List<Long> shape = List.of(-1L, (long) WIDTH);
        var metadata = new ModelMetadata(
                ADDER,
                List.of("1", "2"),
                "perdure_memory",
                List.of(
                        new TensorMetadata("INPUT0", Datatype.INT32, shape),
                        new TensorMetadata("INPUT1", Datatype.INT32, shape)),
                List.of(
                        new TensorMetadata("OUTPUT0", Datatype.INT32, shape),
                        new TensorMetadata("OUTPUT1", Datatype.INT32, shape)));
        return new MemoryModels.Model(metadata, (request, _) -> {
            Tensor left = input(request, "INPUT0");
            Tensor right = input(request, "INPUT1");
            if (!left.shape().equals(right.shape())) {
                throw OipException.invalid(
                        "INPUT1: shape %s (expected: %s, which INPUT0 has)", right.shape(), left.shape());
            }
            return List.of(
                    joined("OUTPUT0", left, right, Integer::sum), joined("OUTPUT1", left, right, (a, b) -> a - b));
        });
    }

    private static Tensor input(InferRequest request, String name) {
        return request.inputs().stream()
                .filter(input -> input.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Tensor joined(String name, Tensor left, Tensor right, IntBinaryOperator operator) {
        Shape shape = left.shape();
        int[] results = new int[Math.toIntExact(shape.elements())];
        for (int i = 0; i < results.length; i++) {
            results[i] = operator.applyAsInt(number(left.data(), i), number(right.data(), i));
        }
        return Tensor.of(name, shape, results);
    }

    private static int number(MemorySegment data, int i) {
        return data.getAtIndex(ValueLayout.JAVA_INT_UNALIGNED, i);
    }
}
