package dev.perdure.training;

import dev.perdure.core.BadSettingException;
import dev.perdure.data.BadDataException;
import dev.perdure.data.DataReport;
import dev.perdure.data.Dataset;
import dev.perdure.data.Part;
import dev.perdure.engine.Engine;
import dev.perdure.engine.ModelSpec;
import dev.perdure.engine.Shapes;
import dev.perdure.engine.TrainableModel;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** What is looked at once the data are open, before anything is trained. */
final class Preflight {
    private static final int TOLD_MAX = 10;

    private Preflight() {}

    /**
     * Refuses a batch normalisation over rows whose epoch would end with a microbatch of one sample: it has no variance,
     * which would otherwise be noticed at the end of the first epoch.
     */
    static void requireVariance(RunConfig config, Dataset data) {
        StepPlan plan = TrainingLoop.planOf(config, data);
        if (plan.smallestMicrobatch() > 1 || !(config.model().model() instanceof ModelSpec.Layers network)) {
            return;
        }
        Shapes.batchNormOfRows(network.layers(), data.sampleShape()).ifPresent(name -> {
            throw new BadSettingException(
                    ("training.batch: %d in %d microbatches leaves a microbatch of 1 of the %d training samples in each"
                                    + " epoch, of which batch-norm '%s' has no variance (expected: at least 2). %s")
                            .formatted(plan.batch(), plan.microbatches(), plan.samples(), name, advice(plan)));
        });
    }

    /**
     * Writes the recipe of a new run, and holds a resumed one to its own.
     *
     * @return a warning, when the data are others and that is allowed
     */
    static Optional<String> keepRecipe(
            RunFolder folder, RunConfig config, Dataset data, String engineBuild, boolean changedDataAllowed)
            throws IOException {
        Optional<Recipe> kept = Recipe.read(folder.recipe());
        if (kept.isEmpty()) {
            Recipe.of(config, data.digest(), engineBuild).write(folder.recipe());
            return Optional.empty();
        }
        if (kept.get().dataDigest().equals(data.digest())) {
            return Optional.empty();
        }
        String both = "The data changed: digest %s (expected: %s, with which this run began)."
                .formatted(data.digest(), kept.get().dataDigest());
        if (!changedDataAllowed) {
            throw new BadDataException(both
                    + " Bring the former data back, start a new run, or go on all the same with --allow-changed-data.");
        }
        return Optional.of(both + " Allowed by --allow-changed-data.");
    }

    private static String advice(StepPlan plan) {
        for (int batch = plan.batch() - 1; batch >= plan.microbatches(); batch--) {
            if (new StepPlan(plan.samples(), batch, plan.microbatches(), plan.epochs()).smallestMicrobatch() > 1) {
                return "Set training.batch to %d, or use layer-norm.".formatted(batch);
            }
        }
        return "Set fewer training.microbatches, or use layer-norm.";
    }

    /** Says which records are not used: the first few to whoever watches, all that are known in a file of the run. */
    static void tellBadRecords(DataReport report, RunFolder folder, Consumer<TrainingEvent> say) throws IOException {
        List<String> bad = report.quarantined().stream()
                .map(DataReport.BadRecord::toString)
                .toList();
        if (bad.isEmpty()) {
            return;
        }
        RunFolder.write(folder.badRecords(), bad.stream().collect(Collectors.joining("\n", "", "\n")));
        bad.stream().limit(TOLD_MAX).forEach(record -> say.accept(new TrainingEvent.Warned("not used: " + record)));
        if (report.badRecords() > TOLD_MAX) {
            say.accept(new TrainingEvent.Warned(
                    "not used: %d more, see %s".formatted(report.badRecords() - TOLD_MAX, folder.badRecords())));
        }
    }

    /** Says what is about to be trained, and with what. */
    static TrainingEvent.Started started(RunConfig config, Dataset data, TrainableModel model, Engine engine) {
        StepPlan plan = TrainingLoop.planOf(config, data);
        return new TrainingEvent.Started(
                engine.build(),
                data.digest(),
                data.ids(Part.TRAIN).length,
                data.ids(Part.VALIDATION).length,
                model.parameters(),
                plan.steps(),
                plan.stepsPerEpoch(),
                ChanceLoss.of(config.model().loss(), data.report()));
    }
}
