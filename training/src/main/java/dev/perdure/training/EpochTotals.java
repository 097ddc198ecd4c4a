package dev.perdure.training;

import dev.perdure.core.State;
import java.util.Map;

/**
 * Loss and hits of the epoch so far, and the figures of the last whole one. Part of the state, so that a resumed run
 * reports what an undisturbed one would have. Not thread-safe.
 */
final class EpochTotals {
    private double lossSum;
    private long correct;
    private long samples;
    private Figures last = Figures.NONE;

    /** An epoch's means. */
    record Figures(double trainLoss, double trainAccuracy, double heldOutLoss, double heldOutAccuracy) {
        static final Figures NONE = new Figures(Double.NaN, Double.NaN, Double.NaN, Double.NaN);

        void addTo(State.Builder state, String prefix) {
            state.real(prefix + "trainLoss", trainLoss)
                    .real(prefix + "trainAccuracy", trainAccuracy)
                    .real(prefix + "heldOutLoss", heldOutLoss)
                    .real(prefix + "heldOutAccuracy", heldOutAccuracy);
        }

        static Figures of(State state, String prefix) {
            return new Figures(
                    state.real(prefix + "trainLoss"),
                    state.real(prefix + "trainAccuracy"),
                    state.real(prefix + "heldOutLoss"),
                    state.real(prefix + "heldOutAccuracy"));
        }

        /** Returns the figures under the names that checkpoints are kept by. */
        Map<String, Double> metrics() {
            return Map.of(
                    "trainLoss", trainLoss,
                    "trainAccuracy", trainAccuracy,
                    "heldOutLoss", heldOutLoss,
                    "heldOutAccuracy", heldOutAccuracy);
        }
    }

    void add(StepGradient step) {
        lossSum += step.lossSum();
        correct += step.correct();
        samples += step.samples();
    }

    /** Gives the share of samples that were classified rightly. */
    interface Accuracy {
        double of(long correct, long samples);
    }

    /** Closes the epoch with what evaluation gave. */
    Figures end(double heldOutLoss, double heldOutAccuracy, Accuracy accuracy) {
        last = new Figures(lossSum / samples, accuracy.of(correct, samples), heldOutLoss, heldOutAccuracy);
        lossSum = 0;
        correct = 0;
        samples = 0;
        return last;
    }

    /** Returns whether steps were added since the last epoch ended. */
    boolean isOpen() {
        return samples > 0;
    }

    Figures last() {
        return last;
    }

    void addTo(State.Builder state) {
        state.real("run/epochLossSum", lossSum)
                .integer("run/epochCorrect", correct)
                .integer("run/epochSamples", samples);
        last.addTo(state, "run/");
    }

    void restore(State state) {
        lossSum = state.real("run/epochLossSum");
        correct = state.integer("run/epochCorrect");
        samples = state.integer("run/epochSamples");
        last = Figures.of(state, "run/");
    }
}
