package dev.perdure.cli;

import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Trains a model from a configuration. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = {
            "Trains a model, saving checkpoints on the way.",
            "The training runs in processes of its own; when one dies of anything, another takes its place and training goes"
                    + " on. The final weights do not depend on what happened on the way."
        })
final class TrainCommand implements Callable<Integer> {
    @Parameters(paramLabel = "CONFIG", description = "A YAML file, such as examples/digits.yaml.")
    Path config = Path.of("");

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "The run's folder, new or empty. Default: runs/NAME-N, N counting up.")
    @Nullable
    Path run;

    @Option(
            names = "--folds",
            paramLabel = "K",
            description = "Cross-validation: trains K models, each validated with another K-th of the samples.")
    @Nullable
    Integer folds;

    @Mixin
    RunOptions options = new RunOptions();

    @Override
    public Integer call() throws Exception {
        List<String> overrides = options.overrides();
        if (folds != null) {
            overrides.add("training.folds=" + folds);
        }
        RunConfig settings = RunConfig.read(config, overrides);
        RunFolder folder = new RunFolder(run != null ? run : nextFolder(settings.name()));
        folder.create(settings);
        if (settings.folds().isPresent()) {
            return new FoldedTraining(folder, settings).run(Optional.ofNullable(options.json), false);
        }
        return new RunSession(folder, settings).run(Optional.ofNullable(options.json), false);
    }

    /** Returns {@code runs/NAME-N} with the smallest N that is free. */
    static Path nextFolder(String name) {
        Path runs = Path.of("runs");
        String safe = name.replaceAll("[^A-Za-z0-9._-]", "-");
        for (int n = 1; ; n++) {
            Path folder = runs.resolve(safe + "-" + n);
            if (!Files.exists(folder)) {
                return folder;
            }
        }
    }
}
