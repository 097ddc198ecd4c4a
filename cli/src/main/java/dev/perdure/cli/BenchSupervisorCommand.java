package dev.perdure.cli;

import dev.perdure.benchmarks.SupervisorBench;
import dev.perdure.core.BadSettingException;
import dev.perdure.training.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What many workers cost their supervisor. */
@Command(
        name = "supervisor",
        mixinStandardHelpOptions = true,
        description = {
            "Lets thousands of simulated workers, played by another process over gRPC on loopback, show that they are alive"
                    + " at the standard pace, and measures what that costs the supervisor."
        })
final class BenchSupervisorCommand implements Callable<Integer> {
    private static final int WORKERS_MAX = 20_000;

    @Mixin
    FiguresFile figures = new FiguresFile();

    @Option(names = "--workers", paramLabel = "N", split = ",", description = "Cases. Default: 100,1000,10000.")
    List<Integer> workers = List.of(100, 1000, 10_000);

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "10",
            description = "How long each is measured. Default: ${DEFAULT-VALUE}.")
    int seconds = 10;

    @Option(
            names = "--pace-millis",
            paramLabel = "N",
            defaultValue = "200",
            description = "How often each worker shows that it is alive. Default: ${DEFAULT-VALUE}.")
    int paceMillis = 200;

    @Override
    public Integer call() throws Exception {
        for (int count : workers) {
            if (count < 1 || count > WORKERS_MAX) {
                throw new BadSettingException("--workers: %d (expected: 1 to %d)".formatted(count, WORKERS_MAX));
            }
        }
        if (seconds < 1 || paceMillis < 1) {
            throw new BadSettingException(
                    "--seconds, --pace-millis: %d, %d (expected: >= 1)".formatted(seconds, paceMillis));
        }
        Path folder = Files.createTempDirectory("perdure-bench-");
        try {
            var bench = new SupervisorBench(folder, Duration.ofMillis(paceMillis), BenchCommand::progress);
            SupervisorBench.Result result = bench.run(workers, Duration.ofSeconds(seconds));
            BenchCommand.progress("");
            System.out.print(BenchTables.of(result));
            figures.write(result);
            return ExitCode.OK.code();
        } finally {
            BenchCommand.delete(folder);
        }
    }
}
