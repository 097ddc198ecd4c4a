package dev.perdure.training;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything a trainer tells its supervisor, one JSON object a line on its standard output. Times are milliseconds
 * unless named otherwise.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "event")
@JsonSubTypes({
    @JsonSubTypes.Type(value = TrainingEvent.Started.class, name = "started"),
    @JsonSubTypes.Type(value = TrainingEvent.Restored.class, name = "restored"),
    @JsonSubTypes.Type(value = TrainingEvent.StepApplied.class, name = "step"),
    @JsonSubTypes.Type(value = TrainingEvent.EpochEnded.class, name = "epoch"),
    @JsonSubTypes.Type(value = TrainingEvent.Saved.class, name = "saved"),
    @JsonSubTypes.Type(value = TrainingEvent.SaveFailed.class, name = "saveFailed"),
    @JsonSubTypes.Type(value = TrainingEvent.Warned.class, name = "warned"),
    @JsonSubTypes.Type(value = TrainingEvent.Finished.class, name = "finished"),
    @JsonSubTypes.Type(value = TrainingEvent.Failed.class, name = "failed")
})
public sealed interface TrainingEvent {

    /**
     * The trainer has opened data and model.
     *
     * @param steps how many are planned; early stopping may end the run before
     * @param chanceLoss the loss of the best model that looks at no input; NaN (or 0, in old lines) where it is not known
     */
    record Started(
            String engine,
            String dataDigest,
            int trainSamples,
            int heldOutSamples,
            long parameters,
            long steps,
            long stepsPerEpoch,
            double chanceLoss)
            implements TrainingEvent {}

    /**
     * The state of a checkpoint was taken back; training goes on with the next step.
     *
     * @param damage what was found broken on the way to it, empty when the newest was intact
     */
    record Restored(long step, double millis, List<String> damage) implements TrainingEvent {
        public Restored {
            damage = List.copyOf(damage);
        }
    }

    /**
     * A step was applied.
     *
     * @param loss the mean over its samples, before it
     * @param millis since whoever says so had applied the step before, or had begun to step; 0 in old lines
     */
    record StepApplied(
            long step,
            long epoch,
            double loss,
            double accuracy,
            double learningRate,
            double gradientNorm,
            int samples,
            double millis)
            implements TrainingEvent {}

    /**
     * An epoch ended; held-out figures are NaN when nothing was held out.
     *
     * @param trainLoss the mean over the epoch's steps, each before it was applied, with dropout and augmentation
     * @param samplesPerSecond of the steps that this process applied; NaN (or 0, in old lines) where it is not known
     */
    record EpochEnded(
            long epoch,
            long step,
            double trainLoss,
            double trainAccuracy,
            double heldOutLoss,
            double heldOutAccuracy,
            double seconds,
            double samplesPerSecond)
            implements TrainingEvent {
        /** Returns by how much the held-out loss is above the training loss. */
        @JsonProperty(access = JsonProperty.Access.READ_ONLY)
        public double generalisationGap() {
            return heldOutLoss - trainLoss;
        }
    }

    /** A checkpoint is durable. */
    record Saved(long step, long bytesWritten, long bytesReused, double stallMillis, double durableMillis)
            implements TrainingEvent {}

    /** An attempt to save failed; training goes on until the budget is spent. */
    record SaveFailed(long step, String problem, boolean retrying) implements TrainingEvent {}

    /** @param guard which of the guards says so, if any does */
    record Warned(String warning, @Nullable Guard guard) implements TrainingEvent {
        public Warned(String warning) {
            this(warning, null);
        }
    }

    /**
     * What became of early stopping.
     *
     * @param early whether it ended the run before all planned epochs
     * @param epoch the last that was trained
     * @param bestEpoch 0 if there was none, as no figure was a number
     * @param metric what was watched, in words
     * @param best its value in the best epoch
     * @param restored whether the run ends with the best epoch's weights
     */
    record EarlyStop(
            boolean early,
            long epoch,
            long epochsPlanned,
            long bestEpoch,
            String metric,
            double best,
            boolean restored) {

        /** Returns it as a sentence without its full stop. */
        public String words() {
            return "%s, best epoch %d (%s %s)%s"
                    .formatted(
                            early
                                    ? "stopped early at epoch %d of %d".formatted(epoch, epochsPlanned)
                                    : "trained all %d epochs".formatted(epochsPlanned),
                            bestEpoch,
                            metric,
                            Figures.number(best),
                            restored ? ", whose weights it ends with" : "");
        }
    }

    /**
     * All steps are applied, or training was stopped early, and the last checkpoint is durable. Figures are of the weights that
     * the run ends with; test figures are NaN when there is no test part.
     *
     * @param epochs how many were trained
     * @param earlyStop nothing where early stopping is not set
     */
    record Finished(
            long steps,
            long epochs,
            double trainLoss,
            double heldOutLoss,
            double heldOutAccuracy,
            double testLoss,
            double testAccuracy,
            String weightsSha256,
            long samplesSeen,
            long samplesLost,
            long samplesRepeated,
            @Nullable EarlyStop earlyStop)
            implements TrainingEvent {}

    /** The trainer ends, and starting it again would not help. */
    record Failed(
            int exitCode,
            String kind,
            String problem,
            @Nullable Long step) implements TrainingEvent {}
}
