package dev.perdure.cli;

import dev.perdure.torch.PlainAllReduce;
import dev.perdure.torch.TorchEngine;
import dev.perdure.training.PlainTeam;
import dev.perdure.training.RunConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A member of a team that nobody supervises; says how many seconds its steps took. */
@Command(name = "plain-member", hidden = true, description = "Started by bench train --workers.")
final class PlainMemberCommand implements Callable<Integer> {
    @Option(names = "--rank", required = true)
    int rank;

    @Option(names = "--members", required = true)
    int members;

    @Option(names = "--meeting", required = true)
    Path meeting = Path.of("");

    @Option(names = "--warm-up", required = true)
    int warmUp;

    @Option(names = "--steps", required = true)
    int steps;

    @Option(names = "--set")
    List<String> overrides = List.of();

    @Override
    public Integer call() throws Exception {
        RunConfig config = RunConfig.read(DemoCommand.digits(), overrides);
        var reduce = new PlainAllReduce(meeting, rank, members);
        double seconds = PlainTeam.seconds(config, new TorchEngine(), rank, members, reduce::sum, warmUp, steps);
        System.out.println(TeamBench.SECONDS + seconds);
        return 0;
    }
}
