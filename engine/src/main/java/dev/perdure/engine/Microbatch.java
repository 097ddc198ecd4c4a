package dev.perdure.engine;

/**
 * The part of a global batch whose gradient is computed at once. How a batch is cut does not depend on the number of
 * workers, and the gradient of a microbatch is a pure function of (weights, step, microbatch).
 *
 * @param step the step being computed, counting from 1
 * @param index which microbatch of the step, counting from 0
 * @param batchSamples how many samples the whole global batch has: the divisor of the loss
 * @param dropoutSeed the seed of everything random in the forward pass
 * @param batch the microbatch's own samples
 */
public record Microbatch(long step, int index, int batchSamples, long dropoutSeed, Batch batch) {

    public Microbatch {
        if (index < 0 || batchSamples < batch.samples()) {
            throw new IllegalArgumentException("microbatch %d with %d of %d samples (expected: a part of the batch)"
                    .formatted(index, batch.samples(), batchSamples));
        }
    }
}
