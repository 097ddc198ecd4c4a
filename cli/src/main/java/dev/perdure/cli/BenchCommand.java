package dev.perdure.cli;

import dev.perdure.benchmarks.CheckpointBench;
import dev.perdure.benchmarks.TrainBench;
import dev.perdure.torch.TorchEngine;
import dev.perdure.training.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures this machine: compare figures of one run, never with those of another day.",
        subcommands = {
            BenchCommand.Checkpoint.class,
            BenchCommand.Train.class,
            BenchRecoveryCommand.class,
            BenchSharesCommand.class,
            BenchSupervisorCommand.class,
            BenchServeCommand.class
        })
final class BenchCommand extends CommandGroup {

    static void progress(String what) {
        if (Terminals.detect().interactive()) {
            System.err.print("\r\033[K" + what);
            System.err.flush();
        }
    }

    /** Deletes a folder with all that is in it. */
    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** What a checkpoint costs. */
    @Command(
            name = "checkpoint",
            mixinStandardHelpOptions = true,
            description = {
                "Stall, time to durable and verified restore, against memcpy, a raw file with fdatasync, and mmap with a copy.",
                "Takes about two minutes, 4 GiB of memory and 6 GiB of disk."
            })
    static final class Checkpoint implements Callable<Integer> {
        @Mixin
        FiguresFile figures = new FiguresFile();

        @Option(
                names = "--dir",
                paramLabel = "DIR",
                description = "A folder on the disk to measure. Default: the current one.")
        Path dir = Path.of("");

        @Option(
                names = "--rounds",
                paramLabel = "N",
                defaultValue = "5",
                description = "Rounds, of which medians are printed. Default: ${DEFAULT-VALUE}.")
        int rounds = 5;

        @Option(
                names = "--mib",
                paramLabel = "N",
                defaultValue = "1024",
                description = "The size of the large state. Default: ${DEFAULT-VALUE}.")
        int mib = 1024;

        @Override
        public Integer call() throws Exception {
            Path folder = Files.createTempDirectory(dir.toAbsolutePath(), "perdure-bench-");
            try {
                var bench = new CheckpointBench(folder, rounds, BenchCommand::progress);
                var result = bench.run((long) mib << 20, new TorchEngine());
                progress("");
                System.out.print(BenchTables.of(result));
                figures.write(result);
                return ExitCode.OK.code();
            } finally {
                Files.deleteIfExists(folder);
            }
        }
    }

    /** Steps a second. */
    @Command(
            name = "train",
            mixinStandardHelpOptions = true,
            description =
                    "Steps a second of the worked example's network (batch 64, Adam), and what microbatches cost.")
    static final class Train implements Callable<Integer> {
        @Mixin
        FiguresFile figures = new FiguresFile();

        @Option(
                names = "--threads",
                paramLabel = "N",
                description = "Threads of the engine; may be repeated. Default: 1.")
        List<Integer> threads = List.of(1);

        @Option(
                names = "--microbatches",
                paramLabel = "N",
                split = ",",
                description = "Cases, the first being the measure of the others. Default: 1,2,4,8.")
        List<Integer> microbatches = List.of(1, 2, 4, 8);

        @Option(names = "--rounds", paramLabel = "N", defaultValue = "5", description = "Default: ${DEFAULT-VALUE}.")
        int rounds = 5;

        @Option(
                names = "--steps",
                paramLabel = "N",
                defaultValue = "60",
                description = "Steps of a case in a round. Default: ${DEFAULT-VALUE}.")
        int steps = 60;

        @Option(
                names = "--workers",
                paramLabel = "N",
                description = {
                    "Measures a supervised team of N instead, beside the same steps with Gloo's plain all-reduce and no supervisor.",
                    "Takes a quarter of a minute a round."
                })
        int workers;

        @Option(
                names = "--set",
                paramLabel = "KEY=VALUE",
                description = "With --workers: overrides a setting of the worked example, such as training.batch=256.")
        List<String> overrides = List.of();

        @Override
        public Integer call() throws Exception {
            if (workers > 0) {
                var result = new TeamBench(workers, steps, overrides).run(rounds);
                progress("");
                System.out.print(BenchTables.of(result));
                figures.write(result);
                return ExitCode.OK.code();
            }
            var bench = new TrainBench(new TorchEngine(), BenchCommand::progress);
            Optional<TrainBench.Result> last = Optional.empty();
            for (int count : threads) {
                var result = bench.run(count, microbatches, rounds, steps);
                progress("");
                System.out.print(BenchTables.of(result));
                last = Optional.of(result);
            }
            if (last.isPresent()) {
                figures.write(last.get());
            }
            return ExitCode.OK.code();
        }
    }
}
