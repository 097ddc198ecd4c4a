package dev.perdure.cli;

import dev.perdure.chaos.ChaosFolder;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.TeamSupervisor;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A supervisor whose workers carry a campaign's agenda. */
@Command(name = "supervise", hidden = true, description = "Started by chaos train.")
final class ChaosSuperviseCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN")
    Path run = Path.of("");

    @Option(names = "--agenda", required = true)
    Path agenda = Path.of("");

    @Override
    public Integer call() throws Exception {
        var folder = new RunFolder(run);
        RunConfig config = folder.readConfig();
        var chaos = new ChaosFolder(agenda);
        var launcher = LocalLauncher.of(config, List.of("worker", "--agenda", agenda.toString()));
        var outcome =
                new TeamSupervisor(folder, config, WirePort::open, launcher, new RunListener() {}, chaos.clock()).run();
        return outcome.exitCode().code();
    }
}
