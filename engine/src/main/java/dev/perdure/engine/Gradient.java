package dev.perdure.engine;

import dev.perdure.core.TensorData;

/**
 * What one microbatch contributes to a step.
 *
 * <p>{@code values} holds the gradient of (sum of the samples' losses) / {@code batchSamples} with respect to all
 * parameters, one after the other in the order of the model's parameters: contributions <em>add up</em> to the gradient
 * of the batch's mean loss. {@code statistics} holds what does not add up but is combined in microbatch order, such as
 * the batch means and variances of batch normalisation; it is empty for models without any.
 *
 * @param values F32 {@code [parameters]}, in a buffer of the caller's
 * @param statistics F32 {@code [statistics]}, valid until the next step is applied
 * @param lossSum the sum of the samples' losses, regularisation excluded
 * @param correct how many samples were classified rightly; 0 where that means nothing
 * @param samples the microbatch's samples
 */
public record Gradient(TensorData values, TensorData statistics, double lossSum, long correct, int samples) {}
