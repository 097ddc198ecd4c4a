package dev.perdure.cli;

import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Waits to take over a run. */
@Command(
        name = "standby",
        mixinStandardHelpOptions = true,
        description = {
            "Waits beside a run that another perdure process supervises, and takes it over when that one is gone: at once on"
                    + " the same host, after its lease has run out from another. Workers step on meanwhile, and nothing is"
                    + " redone.",
            "Between hosts, the run's folder must be shared, and its registry a PostgreSQL database."
        })
final class StandbyCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN", description = "The run's folder.")
    Path run = Path.of("");

    @Override
    public Integer call() throws Exception {
        RunFolder folder = new RunFolder(run);
        RunConfig config = folder.readConfig();
        return new RunSession(folder, config).standBy(Optional.empty());
    }
}
