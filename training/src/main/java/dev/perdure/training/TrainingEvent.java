package dev.perdure.training;

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

    /** The trainer has opened data and model. */
    record Started(
            String engine,
            String dataDigest,
            int trainSamples,
            int heldOutSamples,
            long parameters,
            long steps,
            long stepsPerEpoch)
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

    /** A step was applied. {@code loss} is the mean over its samples before it. */
    record StepApplied(
            long step, long epoch, double loss, double accuracy, double learningRate, double gradientNorm, int samples)
            implements TrainingEvent {}

    /** An epoch ended; held-out figures are NaN when nothing was held out. */
    record EpochEnded(
            long epoch,
            long step,
            double trainLoss,
            double trainAccuracy,
            double heldOutLoss,
            double heldOutAccuracy,
            double seconds)
            implements TrainingEvent {}

    /** A checkpoint is durable. */
    record Saved(long step, long bytesWritten, long bytesReused, double stallMillis, double durableMillis)
            implements TrainingEvent {}

    /** An attempt to save failed; training goes on until the budget is spent. */
    record SaveFailed(long step, String problem, boolean retrying) implements TrainingEvent {}

    record Warned(String warning) implements TrainingEvent {}

    /** All steps are applied and the last checkpoint is durable. Test figures are NaN when there is no test part. */
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
            long samplesRepeated)
            implements TrainingEvent {}

    /** The trainer ends, and starting it again would not help. */
    record Failed(
            int exitCode,
            String kind,
            String problem,
            @Nullable Long step) implements TrainingEvent {}
}
