package dev.perdure.training;

import dev.perdure.core.TensorData;

/**
 * What a microbatch gave beside its gradient.
 *
 * @param index which of the step, counting from 0
 * @param statistics as {@link dev.perdure.engine.Gradient#statistics} has them, valid until the next step is computed
 * @param lossSum the sum of its samples' losses
 * @param correct how many of them were classified rightly
 */
public record MicrobatchResult(int index, TensorData statistics, double lossSum, long correct, int samples) {}
