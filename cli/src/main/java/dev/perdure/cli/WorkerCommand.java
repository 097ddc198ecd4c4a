package dev.perdure.cli;

import dev.perdure.chaos.ChaosFolder;
import dev.perdure.chaos.Saboteur;
import dev.perdure.supervision.WorkerId;
import dev.perdure.torch.GlooCollectives;
import dev.perdure.torch.TorchEngine;
import dev.perdure.training.Probe;
import dev.perdure.training.RunFolder;
import dev.perdure.training.Worker;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One of several processes that train together. It is told what to do by whoever supervises the run. */
@Command(name = "worker", hidden = true, description = "Started by train and resume.")
final class WorkerCommand implements Callable<Integer> {
    @Parameters(paramLabel = "RUN")
    Path run = Path.of("");

    @Option(names = "--id", required = true)
    String id = "";

    @Option(names = "--allow-changed-data")
    boolean changedDataAllowed;

    @Option(names = "--agenda", description = "The folder of a campaign of faults that this worker is a part of.")
    @Nullable
    Path agenda;

    @Override
    public Integer call() throws Exception {
        Probe probe = agenda == null ? Probe.NONE : Saboteur.open(new ChaosFolder(agenda), id);
        return work(new RunFolder(run), id, probe, changedDataAllowed);
    }

    /** Works under the eyes of a probe. */
    static int work(RunFolder folder, String id, Probe probe, boolean changedDataAllowed) throws InterruptedException {
        return Worker.run(
                        new WorkerId(id),
                        folder,
                        new TorchEngine(),
                        new GlooCollectives(),
                        side -> WireLink.open(folder, side),
                        probe,
                        LogCounter.begin()::logged,
                        changedDataAllowed)
                .code();
    }
}
