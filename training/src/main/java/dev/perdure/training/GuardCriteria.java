package dev.perdure.training;

import dev.perdure.training.TrainingEvent.EpochEnded;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * When a guard fires: pure functions of what was seen. Each answers nothing while too little was seen to say.
 *
 * <p>Single figures are noisy, so that none of them decides: medians are compared, over epochs and over windows of steps.
 */
final class GuardCriteria {
    /** In percent; Prechelt's alpha. */
    static final double GENERALISATION_LOSS_MAX = 10;

    private static final int STREAK = 3;
    private static final int MEDIAN_OF = 3;
    private static final double RISE_MAX = 1.5;
    private static final double LOST_MAX = 0.1;
    private static final double STEP_RISE_MAX = 4;
    private static final double UNTRAINED_MAX = 2;
    private static final int LEARNING_EPOCHS = 3;
    private static final double CHANCE_SHARE = 0.98;
    private static final double EXPLODED = 100;
    private static final double VANISHED = 1e-3;
    private static final double LOSS_LEFT = 0.5;
    private static final int COMPARED_EPOCHS = 4;
    private static final double HALF_WIDTH_MAX = 0.05;
    private static final double NORMAL_95 = 1.96;

    private GuardCriteria() {}

    /** What a guard sees now. */
    record Sight(boolean fires, String evidence) {}

    /**
     * The generalisation loss of Prechelt (Early stopping, but when? In: Neural networks: tricks of the trade, 1998):
     * {@code GL = 100 (E / E_best - 1)}, of medians of three epochs, is above {@value #GENERALISATION_LOSS_MAX} in three
     * epochs on end, and the training loss of each of them is below that of the best one. His quotient PQ of GL and training
     * progress is no help here: a cross-entropy that goes to zero makes as much progress in every epoch.
     */
    static Optional<Sight> overFitting(List<EpochEnded> epochs) {
        double[] heldOut = medians(epochs, EpochEnded::heldOutLoss);
        double[] train = medians(epochs, EpochEnded::trainLoss);
        if (heldOut.length < STREAK + 1 || !allFinite(heldOut) || !allFinite(train)) {
            return Optional.empty();
        }
        int best = lowest(heldOut);
        int last = heldOut.length - 1;
        boolean fires = IntStream.rangeClosed(last - STREAK + 1, last)
                .allMatch(i -> generalisationLoss(heldOut[i], heldOut[best]) > GENERALISATION_LOSS_MAX
                        && train[i] < train[best]);
        EpochEnded now = epochs.getLast();
        return Optional.of(new Sight(
                fires,
                "held-out loss %s (medians of 3 epochs: %.0f %% above the best), training loss %s: the gap is %s"
                        .formatted(
                                Figures.number(now.heldOutLoss()),
                                generalisationLoss(heldOut[last], heldOut[best]),
                                Figures.number(now.trainLoss()),
                                Figures.number(now.generalisationGap()))));
    }

    private static double generalisationLoss(double now, double best) {
        return now <= best ? 0 : 100 * (now / best - 1);
    }

    /** Two rises on end, to 1.5 times the best, and a tenth or more of what had been gained is lost again. */
    static Optional<Sight> divergence(List<EpochEnded> epochs) {
        if (epochs.size() < 3) {
            return Optional.empty();
        }
        double[] loss = epochs.stream().mapToDouble(EpochEnded::trainLoss).toArray();
        int last = loss.length - 1;
        double best = loss[lowest(loss)];
        boolean rises = loss[last] > loss[last - 1] && loss[last - 1] > loss[last - 2];
        boolean far = loss[last] > RISE_MAX * best && loss[last] - best > LOST_MAX * (loss[0] - best);
        return Optional.of(new Sight(
                rises && far,
                "training loss %s after %s and %s, at best %s"
                        .formatted(
                                Figures.number(loss[last]),
                                Figures.number(loss[last - 1]),
                                Figures.number(loss[last - 2]),
                                Figures.number(best))));
    }

    /**
     * The same within an epoch: the loss is far above its best, and above that of a network that has learned nothing.
     *
     * @param untrained the median loss of the first steps, as {@code lowest} is of the best and {@code now} of the last
     */
    static Sight divergenceOfSteps(double untrained, double lowest, double now) {
        return new Sight(
                now > STEP_RISE_MAX * lowest && now > UNTRAINED_MAX * untrained,
                "training loss %s (median of the last steps), at best %s, of the first steps %s"
                        .formatted(Figures.number(now), Figures.number(lowest), Figures.number(untrained)));
    }

    /** @param chance the loss of who looks at no input, or of the first steps where that is not known */
    static Optional<Sight> noLearning(List<EpochEnded> epochs, double chance) {
        double best = epochs.stream().mapToDouble(EpochEnded::trainLoss).min().orElse(Double.NaN);
        if (epochs.size() < LEARNING_EPOCHS || !(chance > 0) || !Double.isFinite(best)) {
            return Optional.empty();
        }
        return Optional.of(new Sight(
                best > CHANCE_SHARE * chance,
                "training loss %s at best, without learning %s"
                        .formatted(Figures.number(best), Figures.number(chance))));
    }

    /** @param first the median norm of the first steps, as {@code now} is of the last */
    static Sight explodingGradient(double first, double now) {
        return new Sight(now > EXPLODED * first, norms(first, now));
    }

    /**
     * A gradient of nothing is as it should be where there is nothing left to learn: so much of the loss must be left.
     *
     * @param untrained the median loss of the first steps, as {@code loss} is of the last
     */
    static Sight vanishingGradient(double first, double now, double untrained, double loss) {
        return new Sight((now < VANISHED * first || now == 0) && loss > LOSS_LEFT * untrained, norms(first, now));
    }

    private static String norms(double first, double now) {
        return "median norm %s, of the first steps %s".formatted(Figures.number(now), Figures.number(first));
    }

    /**
     * The half-width of the 95 % interval of the held-out accuracy (normal approximation of the binomial) is above five
     * points, and what epochs differ by is less.
     *
     * @param samples how many are held out
     */
    static Optional<Sight> heldOutTooSmall(List<EpochEnded> epochs, int samples) {
        int from = epochs.size() - COMPARED_EPOCHS;
        if (from < 0 || samples < 1) {
            return Optional.empty();
        }
        double[] accuracy = epochs.subList(from, epochs.size()).stream()
                .mapToDouble(EpochEnded::heldOutAccuracy)
                .sorted()
                .toArray();
        if (!allFinite(accuracy)) {
            return Optional.empty();
        }
        double best = accuracy[COMPARED_EPOCHS - 1];
        double difference = best - median(accuracy);
        double halfWidth = NORMAL_95 * Math.sqrt(best * (1 - best) / samples);
        return Optional.of(new Sight(
                halfWidth > HALF_WIDTH_MAX && difference < halfWidth,
                "%s tell an accuracy of %s to within %s; epochs differ by %s"
                        .formatted(
                                Figures.count(samples, "held-out sample"),
                                Figures.percent(best),
                                Figures.percent(halfWidth),
                                Figures.percent(difference))));
    }

    /** Returns the medians of each three successive figures. */
    private static double[] medians(List<EpochEnded> epochs, java.util.function.ToDoubleFunction<EpochEnded> figure) {
        double[] all = epochs.stream().mapToDouble(figure).toArray();
        return IntStream.rangeClosed(0, all.length - MEDIAN_OF)
                .mapToDouble(i -> median(Arrays.copyOfRange(all, i, i + MEDIAN_OF)))
                .toArray();
    }

    /** Of an even number of values the mean of the middle two. */
    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static int lowest(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] < values[best] ? i : best;
        }
        return best;
    }

    private static boolean allFinite(double[] values) {
        return Arrays.stream(values).allMatch(Double::isFinite);
    }
}
