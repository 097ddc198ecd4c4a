package dev.perdure.training;

/** Loss or gradient left the numbers. Doing the step again gives the same, so a person has to change something. */
final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final long step;

    DivergedException(long step, double loss, double gradientNorm, double learningRate) {
        super(
                ("Step %d: loss %s, gradient norm %s (expected: finite numbers), learning rate %s. Nothing was applied; the "
                                + "newest checkpoint is from before. Lower training.learning-rate, set training.clip-norm, or look at the batch.")
                        .formatted(step, loss, gradientNorm, learningRate));
        this.step = step;
    }

    long step() {
        return step;
    }
}
