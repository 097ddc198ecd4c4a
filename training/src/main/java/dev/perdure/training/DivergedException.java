package dev.perdure.training;

/** Loss or gradient left the numbers. Doing the step again gives the same, so a person has to change something. */
final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final long step;
    private final String evidence;

    DivergedException(long step, double loss, double gradientNorm, double learningRate, String suspects) {
        super(
                ("Step %d: loss %s, gradient norm %s (expected: finite numbers), learning rate %s. Nothing was applied; the "
                                + "newest checkpoint is from before. Lower training.learning-rate, set training.clip-norm, or look at the batch.")
                        .formatted(step, loss, gradientNorm, learningRate));
        this.step = step;
        this.evidence = "loss %s, gradient norm %s, learning rate %s%s"
                .formatted(loss, gradientNorm, learningRate, suspects.isEmpty() ? "" : "; not finite: " + suspects);
    }

    /** Returns what was seen, for a person. */
    String evidence() {
        return evidence;
    }

    long step() {
        return step;
    }
}
