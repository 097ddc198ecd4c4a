package dev.perdure.engine;

/** What is minimised, as a mean over the samples of the global batch. */
public sealed interface Loss {

    /** Returns whether a sample can be right or wrong, so that there is an accuracy. */
    default boolean classifies() {
        return switch (this) {
            case CrossEntropy _, BinaryCrossEntropy _ -> true;
            case MeanSquaredError _ -> false;
        };
    }

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
