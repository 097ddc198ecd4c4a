package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.ResolvedSettings;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Goes on with a run. */
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        description = {
            "Goes on with a run whose perdure process has ended, from its newest intact checkpoint.",
            "Settings that would change the weights cannot be changed on the way; branch the run instead."
        })
final class ResumeCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "The run's folder.")
    Path run = Path.of("");

    @Mixin
    RunOptions options = new RunOptions();

    @Option(
            names = "--allow-changed-data",
            description = "Goes on although the data are not those that the run began with.")
    boolean changedDataAllowed;

    @Override
    public Integer call() throws Exception {
        RunFolder folder = new RunFolder(run);
        RunConfig held = folder.readConfig();
        RunConfig settings = held;
        if (!options.overrides().isEmpty()) {
            settings = withOverrides(folder, held, options.overrides());
        }
        if (settings.folds().isPresent()) {
            return new FoldedTraining(folder, settings).run(Optional.ofNullable(options.json), changedDataAllowed);
        }
        RunSession session = new RunSession(folder, settings);
        Optional<RunReport> finished = FinishedRun.of(folder, settings);
        if (finished.isPresent()) {
            return session.tellFinished(finished.get(), Optional.ofNullable(options.json));
        }
        return session.run(Optional.ofNullable(options.json), changedDataAllowed);
    }

    private static RunConfig withOverrides(RunFolder folder, RunConfig held, List<String> overrides) throws Exception {
        RunConfig changed = RunConfig.read(folder.config(), overrides);
        List<String> differences = held.differencesThatMatter(changed);
        if (!differences.isEmpty()) {
            throw new BadSettingException(
                    "--set would change what the run computes (%s). Only checkpoint.* and supervision.* may change on resume; for the rest: perdure checkpoint branch %s --to NEW_RUN"
                            .formatted(String.join("; ", differences), folder.path()));
        }
        Path draft = folder.config().resolveSibling("config.yaml.new");
        Files.writeString(draft, ResolvedSettings.toYaml(changed.resolved()));
        Files.move(
                draft,
                folder.config(),
                java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        return changed;
    }
}
