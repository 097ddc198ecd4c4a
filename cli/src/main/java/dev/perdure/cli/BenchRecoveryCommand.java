package dev.perdure.cli;

import dev.perdure.benchmarks.Distribution;
import dev.perdure.core.BadSettingException;
import dev.perdure.training.ExitCode;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunOutcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How long a team stands still when one of it is killed. */
@Command(
        name = "recovery",
        mixinStandardHelpOptions = true,
        description = {
            "Kills or stops a random worker of a real training, again and again, each time the team is complete, and measures"
                    + " from there to the next step that is applied; and what it costs the others when the replacement joins.",
            "Takes some seconds for each, most of which a replacement needs to start."
        })
final class BenchRecoveryCommand implements Callable<Integer> {
    @Mixin
    FiguresFile figures = new FiguresFile();

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "2",
            description = "Workers. Default: ${DEFAULT-VALUE}.")
    int workers = 2;

    @Option(
            names = "--kills",
            paramLabel = "N",
            defaultValue = "20",
            description = "How often. Default: ${DEFAULT-VALUE}.")
    int kills = 20;

    @Option(names = "--stop", description = "Stops workers (SIGSTOP) instead of killing them.")
    boolean stop;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Who is killed.")
    long seed = 1;

    /**
     * What was measured, in milliseconds.
     *
     * @param untilStep from each hit until the supervisor heard of the next step; the three that follow are its parts
     * @param noticed from the hit until the incident was noted
     * @param linedUp from there until the next generation was decided
     * @param stepped from there until its first step
     * @param step between steps while nothing happened
     * @param join between the steps around the joining of a replacement
     */
    record Result(
            int workers,
            int hits,
            boolean stopped,
            Distribution untilStep,
            Distribution noticed,
            Distribution linedUp,
            Distribution stepped,
            Distribution step,
            Distribution join,
            long stepsRedone) {}

    @Override
    public Integer call() throws Exception {
        check();
        Path folder = Files.createTempDirectory("perdure-bench-");
        try {
            Result result = measure(new RunFolder(folder.resolve("run")));
            BenchCommand.progress("");
            System.out.print(BenchTables.of(result));
            figures.write(result);
            return ExitCode.OK.code();
        } finally {
            BenchCommand.delete(folder);
        }
    }

    private void check() {
        if (workers < 2) {
            throw new BadSettingException(
                    "--workers: %d (expected: >= 2). One that is alone has nobody to go on without it."
                            .formatted(workers));
        }
        if (kills < 1) {
            throw new BadSettingException("--kills: %d (expected: >= 1)".formatted(kills));
        }
    }

    private Result measure(RunFolder run) throws IOException, InterruptedException {
        RunConfig config = RunConfig.read(
                DemoCommand.digits(),
                List.of(
                        "training.epochs=1000",
                        "training.microbatches=" + Math.max(4, workers),
                        "supervision.workers=" + workers,
                        "supervision.restarts-max=1000000"));
        run.create(config);
        Thread supervising = Thread.currentThread();
        var watch = new RecoveryWatch(
                new Random(seed),
                workers,
                kills,
                stop ? BenchRecoveryCommand::stop : ProcessHandle::destroyForcibly,
                supervising::interrupt);
        try {
            RunOutcome outcome = new RunSession(run, config).supervise(watch, false);
            throw new BadSettingException("the training ended before the kills did: " + outcome.problem());
        } catch (InterruptedException e) {
            if (!watch.done()) {
                throw e;
            }
        }
        return resultOf(watch);
    }

    private Result resultOf(RecoveryWatch watch) {
        return new Result(
                workers,
                kills,
                stop,
                of(watch, RecoveryWatch.Recovery::all),
                of(watch, RecoveryWatch.Recovery::noticed),
                of(watch, RecoveryWatch.Recovery::linedUp),
                of(watch, RecoveryWatch.Recovery::stepped),
                Distribution.of(watch.stepMillis()),
                Distribution.of(watch.joinMillis()),
                watch.redone());
    }

    private static Distribution of(RecoveryWatch watch, ToDoubleFunction<RecoveryWatch.Recovery> part) {
        return Distribution.of(
                watch.recoveries().stream().mapToDouble(part).boxed().toList());
    }

    private static void stop(ProcessHandle worker) {
        try {
            new ProcessBuilder("kill", "-STOP", Long.toString(worker.pid())).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
