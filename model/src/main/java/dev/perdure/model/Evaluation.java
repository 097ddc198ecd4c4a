package dev.perdure.model;

import java.util.List;
import java.util.SequencedMap;

/**
 * How good the model was on data that it was not trained with.
 *
 * @param data what data that was, such as {@code test}
 * @param overall over all of it
 * @param slices over parts of it, such as one for each label; may be empty
 */
public record Evaluation(String data, Scores overall, List<Slice> slices) {
    public Evaluation {
        Checks.name("evaluation", data);
        slices = Checks.distinct("evaluation: slice", slices, Slice::name);
    }

    /** A part of the data. */
    public record Slice(String name, Scores scores) {
        public Slice {
            Checks.name("slice", name);
        }
    }

    /**
     * Measured values.
     *
     * @param samples how many were looked at
     * @param values by measure; a measure that is not in it was not taken
     */
    public record Scores(long samples, SequencedMap<Measure, Double> values) {
        public Scores {
            Checks.atLeast(1, "evaluation: samples", samples);
            values = Checks.copy(values);
        }
    }

    /** What is measured. Averages over classes are macro averages: every class counts the same. */
    public enum Measure {
        /** The share that is right. */
        ACCURACY("accuracy"),
        /** Of those said to be of a class, the share that is. */
        PRECISION("precision"),
        /** Of those of a class, the share that is said to be. */
        RECALL("recall"),
        /** The harmonic mean of precision and recall. */
        F1("f1"),
        /** The area under the receiver operating characteristic. */
        AUROC("auroc"),
        /** The expected calibration error (Guo et al., ICML 2017) over 15 bins of equal width. */
        CALIBRATION_ERROR("calibrationError"),
        /** The mean of the loss the model was trained with. */
        LOSS("loss");

        private final String word;

        Measure(String word) {
            this.word = word;
        }

        /** Returns how it is written in a manifest. */
        public String word() {
            return word;
        }
    }
}
