package dev.perdure.torch;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Batch;
import dev.perdure.engine.TrainingPlan;

/**
 * Whether what a model is given fits it: a wrong size would be written over somebody else's memory. What does not fit is
 * the caller's mistake, an {@link IllegalArgumentException}.
 *
 * @param parameters the length of a gradient
 * @param statistics the length of a microbatch's statistics
 */
record Fit(TrainingPlan plan, long parameters, int statistics) {

    void gradient(TensorData gradient) {
        Shape expected = Shape.of(parameters);
        boolean isNative = gradient.data().isNative();
        if (gradient.dtype() != DType.F32 || !gradient.shape().equals(expected) || !isNative) {
            throw new IllegalArgumentException("gradient: %s %s in %s memory (expected: F32 %s in native memory)"
                    .formatted(gradient.dtype(), gradient.shape(), isNative ? "native" : "heap", expected));
        }
    }

    void statistics(TensorData one) {
        if (one.dtype() != DType.F32 || one.shape().elements() != statistics) {
            throw new IllegalArgumentException(
                    "statistics: %s %s (expected: F32 [%d], as a gradient of this model has them)"
                            .formatted(one.dtype(), one.shape(), statistics));
        }
    }

    void batch(Batch batch) {
        inputs(batch.inputs());
        Losses.check(plan.loss(), batch.targets(), plan.outputs());
    }

    void inputs(TensorData inputs) {
        long samples = inputs.shape().dimensions() == 0 ? 0 : inputs.shape().size(0);
        if (samples == 0 || inputs.dtype() != DType.F32 || !inputs.shape().equals(batchOf(samples))) {
            throw new IllegalArgumentException("inputs: %s %s (expected: F32 %s, at least one sample)"
                    .formatted(inputs.dtype(), inputs.shape(), batchOf(Math.max(1, samples))));
        }
    }

    /** Returns the shape of the inputs of so many samples. */
    Shape batchOf(long samples) {
        long[] sizes = new long[plan.input().dimensions() + 1];
        sizes[0] = samples;
        System.arraycopy(plan.input().toArray(), 0, sizes, 1, sizes.length - 1);
        return Shape.of(sizes);
    }
}
