package dev.perdure.engine;

import dev.perdure.core.Shape;

/**
 * What an engine needs to know to make a model trainable.
 *
 * @param model the network
 * @param input the shape of one sample, such as {@code [1, 28, 28]} (channels, height, width) or {@code [13]}
 * @param outputs how many numbers the network gives for a sample: the classes, or the targets of a regression
 * @param loss what is minimised
 * @param optimizer how parameters follow the gradient
 * @param seed the run's seed: parameters are initialised from it alone
 * @param threads how many threads compute (1 by default, so that the bits do not hang on the machine's cores)
 */
public record TrainingPlan(
        ModelSpec model, Shape input, int outputs, Loss loss, OptimizerSpec optimizer, long seed, int threads) {

    public TrainingPlan {
        if (outputs < 1 || threads < 1) {
            throw new IllegalArgumentException("outputs: %d, threads: %d (expected: >= 1)".formatted(outputs, threads));
        }
    }
}
