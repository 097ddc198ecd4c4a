package dev.perdure.torch;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.PredictionFailedException;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;

/** Computes answers: without gradients, and freeing everything made on the way. */
final class Inference {
    private Inference() {}

    /** @throws PredictionFailedException if libtorch refuses, in one line */
    static <T> T run(int threads, Supplier<T> work) {
        Libtorch.enter(threads);
        try (var _ = new PointerScope();
                var _ = new InferenceMode(true)) {
            return work.get();
        } catch (PredictionFailedException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new PredictionFailedException(Libtorch.oneLine(e), e);
        }
    }

    /**
     * Writes an answer into memory that is to hold it.
     *
     * @throws PredictionFailedException if it is of another type or shape
     */
    static void copy(Tensor answer, TensorData into) {
        Shape shape = Tensors.shape(answer);
        if (!shape.equals(into.shape()) || answer.scalar_type().intern() != Tensors.scalarType(into.dtype())) {
            throw new PredictionFailedException("gives %s %s (expected: %s %s)"
                    .formatted(answer.scalar_type().intern(), shape, Tensors.scalarType(into.dtype()), into.shape()));
        }
        Tensors.over(into.data(), into.dtype(), into.shape()).copy_(answer);
    }
}
