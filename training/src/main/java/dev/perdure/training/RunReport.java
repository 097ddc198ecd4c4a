package dev.perdure.training;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The result of a run: {@code report.json}. A number that is not known, or is none, is NaN here and null there.
 *
 * @param outcome {@code finished}, or how it stopped
 * @param weightsSha256 of the canonical export of the weights, names sorted; empty when the run did not finish
 * @param samplesSeen along the steps that the final weights went through, as are lost and repeated
 * @param stepsRedone steps applied again after going back to a checkpoint
 * @param resumes how often a checkpoint was taken back
 * @param steps how many were applied; fewer than were planned when it stopped early
 * @param ledger seconds by purpose; the sum is {@code wallSeconds}
 * @param earlyStop what became of early stopping; nothing where it is not set, or the run did not finish
 * @param guards what was watched, and how it stands
 */
public record RunReport(
        String name,
        String outcome,
        String engine,
        String dataDigest,
        long parameters,
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
        long stepsRedone,
        long resumes,
        List<Checkpoint> checkpoints,
        List<Incident> incidents,
        List<String> warnings,
        Map<String, Double> ledger,
        double wallSeconds,
        TrainingEvent.@Nullable EarlyStop earlyStop,
        List<Guarded> guards) {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .addModule(FiniteNumbers.module())
            .build();

    /** A checkpoint that became durable. */
    public record Checkpoint(
            long step, long bytesWritten, long bytesReused, double stallMillis, double durableMillis) {}

    /**
     * How it stands with a guard.
     *
     * @param state {@code fine}, {@code warned} or {@code too little seen}
     * @param step at which it fired; 0 when it did not
     * @param evidence what it saw when it fired, or last
     */
    public record Guarded(Guard guard, String state, long step, String evidence) {}

    public RunReport {
        checkpoints = List.copyOf(checkpoints);
        incidents = List.copyOf(incidents);
        warnings = List.copyOf(warnings);
        guards = guards == null ? List.of() : List.copyOf(guards); // reports of older runs have none
        ledger = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(ledger));
    }

    /** Returns by how much the held-out loss is above the training loss. */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public double generalisationGap() {
        return heldOutLoss - trainLoss;
    }

    public boolean finished() {
        return outcome.equals("finished");
    }

    public String toJson() {
        try {
            return MAPPER.writeValueAsString(this) + "\n";
        } catch (JsonProcessingException e) {
            throw new AssertionError("reports are plain records", e);
        }
    }

    public static RunReport read(Path file) throws IOException {
        return MAPPER.readValue(file.toFile(), RunReport.class);
    }

    /**
     * Makes the report of a run from what is known about it.
     *
     * @param outcome {@code finished}, or how it stopped
     * @param story the lines of {@code events.jsonl}
     */
    static RunReport of(
            String name, String outcome, List<StoryLine> story, List<Guarded> guards, ProgressFile progress) {
        TrainingEvent.Started started = new TrainingEvent.Started("", "", 0, 0, 0, 0, 1, Double.NaN);
        TrainingEvent.Finished finished = null;
        TrainingEvent.EpochEnded epoch = null;
        var checkpoints = new LinkedHashMap<Long, Checkpoint>();
        var incidents = new LinkedHashMap<String, Incident>();
        var warnings = new ArrayList<String>();
        for (StoryLine line : story) {
            if (line.incident() != null) {
                incidents.put(line.incident().key(), line.incident());
            }
            switch (line.trainer()) {
                case null -> {}
                case TrainingEvent.Started s -> started = s;
                case TrainingEvent.EpochEnded e -> epoch = e;
                case TrainingEvent.Finished f -> finished = f;
                case TrainingEvent.Saved s ->
                    checkpoints.put(
                            s.step(),
                            new Checkpoint(
                                    s.step(), s.bytesWritten(), s.bytesReused(), s.stallMillis(), s.durableMillis()));
                case TrainingEvent.Warned w -> {
                    if (!warnings.contains(w.warning())) {
                        warnings.add(w.warning());
                    }
                }
                case TrainingEvent.Restored _,
                        TrainingEvent.StepApplied _,
                        TrainingEvent.SaveFailed _,
                        TrainingEvent.Failed _ -> {}
            }
        }
        var ledger = seconds(progress.ledger());
        double wall = ledger.values().stream().mapToDouble(s -> s).sum();
        if (finished == null) {
            finished = unfinished(progress.step(), started.stepsPerEpoch(), epoch);
        }
        return new RunReport(
                name,
                outcome,
                started.engine(),
                started.dataDigest(),
                started.parameters(),
                finished.steps(),
                finished.epochs(),
                finished.trainLoss(),
                finished.heldOutLoss(),
                finished.heldOutAccuracy(),
                finished.testLoss(),
                finished.testAccuracy(),
                finished.weightsSha256(),
                finished.samplesSeen(),
                finished.samplesLost(),
                finished.samplesRepeated(),
                progress.stepsRedone(),
                progress.restores(),
                List.copyOf(checkpoints.values()),
                List.copyOf(incidents.values()),
                warnings,
                ledger,
                wall,
                finished.earlyStop(),
                guards);
    }

    private static TrainingEvent.Finished unfinished(
            long step, long stepsPerEpoch, TrainingEvent.@org.jspecify.annotations.Nullable EpochEnded epoch) {
        double none = Double.NaN;
        return new TrainingEvent.Finished(
                step,
                step / Math.max(1, stepsPerEpoch),
                epoch == null ? none : epoch.trainLoss(),
                epoch == null ? none : epoch.heldOutLoss(),
                epoch == null ? none : epoch.heldOutAccuracy(),
                none,
                none,
                "",
                0,
                0,
                0,
                null);
    }

    private static Map<String, Double> seconds(Map<Purpose, Long> ledger) {
        var seconds = new LinkedHashMap<String, Double>();
        ledger.forEach((purpose, nanos) -> seconds.put(purpose.key(), nanos / 1e9));
        return seconds;
    }
}
