package dev.perdure.training;

import dev.perdure.core.Settings;
import java.util.Optional;

/**
 * When to stop before all planned epochs are done: {@code training.early-stopping}. The planned steps stay the plan that
 * learning rates go by.
 *
 * @param patience after so many epochs in a row without a new best the run ends, 1 or more
 * @param minDelta by how much a new best must be better, 0 or more
 * @param restoreBest whether the run ends with the weights of its best epoch, stopped early or not
 */
public record EarlyStopping(Metric metric, int patience, double minDelta, boolean restoreBest) {

    public EarlyStopping {
        if (patience < 1 || !(minDelta >= 0)) {
            throw new IllegalArgumentException(
                    "patience: %d, minDelta: %s (expected: >= 1, >= 0)".formatted(patience, minDelta));
        }
    }

    /** What is watched, on the held-out part. */
    public enum Metric {
        /** Lower is better. */
        HELD_OUT_LOSS("held-out loss"),
        /** Higher is better. */
        HELD_OUT_ACCURACY("held-out accuracy");

        private final String words;

        Metric(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }

        double of(EpochTotals.Figures figures) {
            return switch (this) {
                case HELD_OUT_LOSS -> figures.heldOutLoss();
                case HELD_OUT_ACCURACY -> figures.heldOutAccuracy();
            };
        }

        /** Returns by how much a value is better than another; negative when it is worse. */
        double gain(double value, double over) {
            return switch (this) {
                case HELD_OUT_LOSS -> over - value;
                case HELD_OUT_ACCURACY -> value - over;
            };
        }
    }

    /**
     * Reads the section from {@code training}, or nothing if there is none.
     *
     * @param heldOut whether anything is held out to watch
     * @param classifies whether there is an accuracy
     */
    static Optional<EarlyStopping> read(Settings training, boolean heldOut, boolean classifies) {
        if (!training.has("early-stopping")) {
            return Optional.empty();
        }
        Settings section = training.section("early-stopping");
        var rule = new EarlyStopping(
                section.choice("metric", Metric.HELD_OUT_LOSS),
                section.integer("patience", 5, 1, 1_000_000),
                section.real("min-delta", 0, 0, Double.MAX_VALUE),
                section.flag("restore-best", true));
        if (!heldOut) {
            section.rejectSelf(
                    "watches the validation part, of which there is none. Set data.split.validation above 0.");
        }
        if (rule.metric() == Metric.HELD_OUT_ACCURACY && !classifies) {
            section.reject("metric", "held-out-accuracy (expected: held-out-loss, as a regression has no accuracy)");
        }
        return Optional.of(rule);
    }
}
