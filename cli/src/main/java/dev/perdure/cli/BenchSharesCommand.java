package dev.perdure.cli;

import dev.perdure.benchmarks.SharesBench;
import dev.perdure.training.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What saving in shares brings. */
@Command(
        name = "shares",
        mixinStandardHelpOptions = true,
        description = {
            "Time to durable of one state saved by one member of a team and by several, each with one thread.",
            "Takes about a minute, 3 GiB of memory and 4 GiB of disk."
        })
final class BenchSharesCommand implements Callable<Integer> {
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
            names = "--members",
            paramLabel = "N",
            defaultValue = "2",
            description = "How many save together. Default: ${DEFAULT-VALUE}.")
    int members = 2;

    @Option(
            names = "--mib",
            paramLabel = "N",
            split = ",",
            defaultValue = "4,16,32,64,1024",
            description = "Sizes of states. Default: ${DEFAULT-VALUE}.")
    List<Long> mib = List.of();

    @Override
    public Integer call() throws Exception {
        Path folder = Files.createTempDirectory(dir.toAbsolutePath(), "perdure-bench-");
        try {
            List<SharesBench.Case> cases = new SharesBench(folder, rounds)
                    .run(mib.stream().map(size -> size << 20).toList(), members);
            System.out.printf("%8s %8s %12s %12s %12s%n", "MiB", "members", "capture ms", "durable ms", "memory MiB");
            for (SharesBench.Case c : cases) {
                System.out.printf(
                        "%8d %8d %12.1f %12.1f %12d%n",
                        c.bytes() >> 20, c.members(), c.captureMillis(), c.durableMillis(), c.memoryBytes() >> 20);
            }
            figures.write(cases);
            return ExitCode.OK.code();
        } finally {
            Files.deleteIfExists(folder);
        }
    }
}
