package dev.perdure.engine;

import dev.perdure.core.TensorData;

/**
 * Samples that are computed together.
 *
 * @param inputs F32 of shape {@code [samples, ...]}
 * @param targets for classes I64 {@code [samples]}; for regression and binary targets F32 {@code [samples, outputs]}
 */
public record Batch(TensorData inputs, TensorData targets) {

    public Batch {
        if (inputs.shape().dimensions() == 0
                || targets.shape().dimensions() == 0
                || inputs.shape().size(0) != targets.shape().size(0)) {
            throw new IllegalArgumentException("batch: inputs %s, targets %s (expected: equal first sizes)"
                    .formatted(inputs.shape(), targets.shape()));
        }
    }

    /** Returns the number of samples. */
    public int samples() {
        return Math.toIntExact(inputs.shape().size(0));
    }
}
