package dev.perdure.engine;

/** What is minimised, as a mean over the samples of the global batch. */
public sealed interface Loss {

    /** Softmax cross-entropy over classes, with label smoothing in [0, 1) (Szegedy et al., 2016). */
    record CrossEntropy(double labelSmoothing) implements Loss {
        public CrossEntropy {
            Checks.below("labelSmoothing", labelSmoothing, 0, 1);
        }
    }

    /** Mean over the outputs of the squared error. */
    record MeanSquaredError() implements Loss {}

    /**
     * Binary cross-entropy on logits, mean over the outputs. An output above 0 predicts 1; a sample is right when all its
     * outputs are.
     */
    record BinaryCrossEntropy() implements Loss {}
}
