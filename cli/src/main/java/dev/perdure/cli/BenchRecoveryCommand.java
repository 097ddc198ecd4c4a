package dev.perdure.cli;

import dev.perdure.core.BadSettingException;
import dev.perdure.training.ExitCode;
import dev.perdure.training.Incident;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunOutcome;
import dev.perdure.training.TrainingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** How long a team stands still when one of it is killed. */
@Command(
        name = "recovery",
        mixinStandardHelpOptions = true,
        description = {
            "Kills a random worker of a real training, again and again, each time the team is complete, and measures from the"
                    + " kill to the next step that is applied.",
            "Takes some seconds for each kill, most of which a replacement needs to start."
        })
final class BenchRecoveryCommand implements Callable<Integer> {
    private static final int STEPS_BETWEEN = 30;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures as JSON.")
    @Nullable
    Path json;

    @Option(
            names = "--workers",
            paramLabel = "N",
            defaultValue = "2",
            description = "Workers. Default: ${DEFAULT-VALUE}.")
    int workers = 2;

    @Option(names = "--kills", paramLabel = "N", defaultValue = "20", description = "Default: ${DEFAULT-VALUE}.")
    int kills = 20;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Who is killed.")
    long seed = 1;

    /**
     * What was measured.
     *
     * @param millis from each kill until the supervisor heard of the next step, sorted
     */
    record Result(
            int workers, int kills, double medianMillis, double p99Millis, List<Double> millis, long stepsRedone) {}

    @Override
    public Integer call() throws Exception {
        Path folder = Files.createTempDirectory("perdure-bench-");
        try {
            Result result = measure(new RunFolder(folder.resolve("run")));
            BenchCommand.progress("");
            System.out.printf(
                    Locale.ROOT,
                    "%d kills of one of %d workers: median %.0f ms, p99 %.0f ms from the kill to the next step; %d steps redone%n",
                    result.kills(),
                    result.workers(),
                    result.medianMillis(),
                    result.p99Millis(),
                    result.stepsRedone());
            if (json != null) {
                BenchCommand.write(json, result);
            }
            return ExitCode.OK.code();
        } finally {
            delete(folder);
        }
    }

    private Result measure(RunFolder run) throws IOException, InterruptedException {
        RunConfig config = RunConfig.read(
                DemoCommand.digits(),
                List.of("training.epochs=1000", "supervision.workers=" + workers, "supervision.restarts-max=1000000"));
        if (workers < 2) {
            throw new BadSettingException("--workers: %d (expected: >= 2)".formatted(workers));
        }
        run.create(config);
        var killer = new Killer(new Random(seed), workers, kills, Thread.currentThread());
        try {
            RunOutcome outcome = new RunSession(run, config).supervise(killer, false);
            throw new BadSettingException("the training ended before the kills did: " + outcome.problem());
        } catch (InterruptedException e) {
            if (killer.millis.size() < kills) {
                throw e;
            }
        }
        List<Double> sorted = killer.millis.stream().sorted().toList();
        double median = sorted.get(sorted.size() / 2);
        double p99 = sorted.get((int) Math.ceil(0.99 * sorted.size()) - 1);
        return new Result(workers, kills, median, p99, sorted, killer.redone);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Kills when the team is complete and has stepped a while. */
    private static final class Killer implements RunListener {
        private final Random random;
        private final int workers;
        private final int kills;
        private final Thread supervising;
        private final List<ProcessHandle> started = new ArrayList<>();
        private final List<Double> millis = new ArrayList<>();
        private long killedNanos;
        private boolean noticed = true;
        private long step;
        private long redone;
        private long nextKill = STEPS_BETWEEN;

        Killer(Random random, int workers, int kills, Thread supervising) {
            this.random = random;
            this.workers = workers;
            this.kills = kills;
            this.supervising = supervising;
        }

        @Override
        public void trainerStarted(ProcessHandle worker) {
            started.add(worker);
            nextKill = Long.MAX_VALUE; // until the first step that it takes part in can be told, see incident()
        }

        @Override
        public void incident(Incident incident) {
            noticed = true;
        }

        @Override
        public void teamFormed(int members) {
            if (members == workers) {
                nextKill = step + STEPS_BETWEEN;
            }
        }

        @Override
        public void said(TrainingEvent event) {
            if (!(event instanceof TrainingEvent.StepApplied applied)) {
                return;
            }
            redone += applied.step() <= step ? 1 : 0;
            step = Math.max(step, applied.step());
            if (killedNanos != 0 && noticed) {
                millis.add((System.nanoTime() - killedNanos) / 1e6);
                killedNanos = 0;
                BenchCommand.progress("kill %d of %d".formatted(millis.size(), kills));
                if (millis.size() == kills) {
                    supervising.interrupt();
                }
            }
            if (step >= nextKill && killedNanos == 0) {
                kill();
            }
        }

        private void kill() {
            List<ProcessHandle> living =
                    started.stream().filter(ProcessHandle::isAlive).toList();
            nextKill = Long.MAX_VALUE;
            noticed = false;
            killedNanos = System.nanoTime();
            living.get(random.nextInt(living.size())).destroyForcibly();
        }
    }
}
