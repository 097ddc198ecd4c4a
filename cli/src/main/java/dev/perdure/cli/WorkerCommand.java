package dev.perdure.cli;

import dev.perdure.supervision.WorkerId;
import dev.perdure.torch.GlooCollectives;
import dev.perdure.torch.TorchEngine;
import dev.perdure.training.Probe;
import dev.perdure.training.RunFolder;
import dev.perdure.training.Worker;
import java.nio.file.Path;
import java.util.concurrent.Callable;
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

    @Override
    public Integer call() throws Exception {
        return work(new RunFolder(run), id, Probe.NONE, changedDataAllowed);
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
