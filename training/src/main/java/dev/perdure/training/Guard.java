package dev.perdure.training;

/**
 * What is watched while a model trains, and what to try when it is not as it should be. When each of them fires is defined in
 * {@code GuardCriteria}.
 */
public enum Guard {
    /** The model learns the training samples by heart. */
    OVER_FITTING(
            "over-fitting",
            "the held-out loss stays 10 % above its best for 3 epochs, while the training loss falls (medians of 3 epochs)",
            "training.early-stopping with restore-best, more weight-decay, dropout, augmentation, more data, a smaller network"),
    /** The loss rises, and goes on rising. */
    DIVERGENCE(
            "divergence",
            "the training loss rises in 2 epochs on end to 1.5 times its best, or within steps to 4 times and above the untrained",
            "a learning-rate three to ten times lower, warm-up, clip-norm: 1"),
    /** The loss stays where it was. */
    NO_LEARNING(
            "no learning",
            "after 3 epochs the training loss is not 2 % below what a model would have that looks at no input",
            "a learning-rate ten times higher or lower, normalise: standard, another init; look whether labels belong to inputs"),
    /** Gradients are far larger than they were. */
    EXPLODING_GRADIENT(
            "exploding gradient",
            "the median norm of 20 steps is 100 times that of the first 20",
            "clip-norm: 1, a lower learning-rate, warm-up, batch-norm or layer-norm"),
    /** Gradients are nearly nothing while the loss is not. */
    VANISHING_GRADIENT(
            "vanishing gradient",
            "the median norm of 20 steps is a thousandth of that of the first 20, or 0, with more than half of their loss left",
            "relu in place of sigmoid or tanh, residual blocks, batch-norm or layer-norm, init: kaiming-normal, a lower learning-rate"),
    /** Figures of the held-out part cannot tell epochs apart. */
    HELD_OUT_TOO_SMALL(
            "small held-out part",
            "its accuracy is known to 5 points or worse, and the best of the last 4 epochs differs from their median by less",
            "a larger data.split.validation, or 'train --folds 5'; choose nothing by smaller differences"),
    /** Too little data, classes out of balance, samples in two parts. */
    DATA("data", "what was found when the data were opened, and told in the warnings", "what each of them says");

    private final String title;
    private final String criterion;
    private final String advice;

    Guard(String title, String criterion, String advice) {
        this.title = title;
        this.criterion = criterion;
        this.advice = advice;
    }

    /** Returns its name in words. */
    public String title() {
        return title;
    }

    /** Returns when it fires, in words. */
    public String criterion() {
        return criterion;
    }

    /** Returns what to try then. */
    public String advice() {
        return advice;
    }
}
