package dev.perdure.cli;

import dev.perdure.core.Shape;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.ModelMetadata;
import dev.perdure.oip.Tensor;
import dev.perdure.oip.TensorMetadata;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Requests that only make a model compute. */
final class Rehearsal {
    private Rehearsal() {}

    /** Returns a request of one sample of zeros. */
    static InferRequest zeros(ModelMetadata model, ModelId id) {
        List<Tensor> inputs = model.inputs().stream().map(Rehearsal::zeros).toList();
        return new InferRequest(id, inputs);
    }

    private static Tensor zeros(TensorMetadata input) {
        Shape shape = Shape.of(
                input.shape().stream().mapToLong(size -> size < 0 ? 1 : size).toArray());
        byte[] bytes =
                new byte[Math.toIntExact(shape.elements() * input.datatype().bytesMin())];
        return new Tensor(input.name(), input.datatype(), shape, MemorySegment.ofArray(bytes));
    }
}
