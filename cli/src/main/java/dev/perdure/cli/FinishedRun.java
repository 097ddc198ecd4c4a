package dev.perdure.cli;

import dev.perdure.checkpoint.CheckpointInfo;
import dev.perdure.checkpoint.Checkpoints;
import dev.perdure.checkpoint.CorruptCheckpointException;
import dev.perdure.checkpoint.Weights;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunReport;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.util.Optional;

/** Finds out whether a run has anything left to do. */
final class FinishedRun {
    private FinishedRun() {}

    /**
     * Returns the report of a run that has finished and whose newest checkpoint, read back and verified, holds the weights
     * that the report tells of. Nothing when there is something to do: steps are missing, somebody went back to an earlier
     * checkpoint or imported other weights, or the last checkpoint is damaged.
     */
    static Optional<RunReport> of(RunFolder folder, RunConfig config) throws IOException {
        if (!Files.exists(folder.reportJson())) {
            return Optional.empty();
        }
        RunReport report = RunReport.read(folder.reportJson());
        Checkpoints checkpoints = Checkpoints.open(folder.openCheckpoints(config, _ -> {}));
        Optional<CheckpointInfo> newest = checkpoints.latest();
        if (!report.finished() || newest.isEmpty() || newest.get().step() != report.steps()) {
            return Optional.empty();
        }
        try (Arena arena = Arena.ofShared()) {
            var state = checkpoints.load(newest.get().name(), arena).state();
            return Optional.of(report).filter(r -> r.weightsSha256().equals(Weights.sha256(state)));
        } catch (CorruptCheckpointException e) {
            return Optional.empty();
        }
    }
}
