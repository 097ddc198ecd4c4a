package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.core.BadSettingException;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.TrainingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What supervision and the deterministic exchange cost: a supervised team beside the same steps with Gloo's plain all-reduce and
 * nobody that looks on, in turn, each with processes of its own.
 */
final class TeamBench {
    static final String SECONDS = "seconds: ";
    /** Into the third epoch of 125 steps: by then both are compiled. */
    private static final int WARM_UP = 260;
    /** The plain way evaluates and saves nothing, so the measured steps are of one epoch. */
    private static final int STEPS_MAX = 115;

    private final int workers;
    private final int steps;
    private final List<String> settings;

    /** @param more overrides of the worked example's configuration */
    TeamBench(int workers, int steps, List<String> more) {
        if (workers < 2) {
            throw new BadSettingException("--workers: %d (expected: >= 2)".formatted(workers));
        }
        if (steps < 1 || steps > STEPS_MAX) {
            throw new BadSettingException(
                    "--steps: %d (expected: 1 to %d with --workers: within one epoch)".formatted(steps, STEPS_MAX));
        }
        this.workers = workers;
        this.steps = steps;
        this.settings = new ArrayList<>(List.of(
                "training.epochs=10000",
                "training.microbatches=" + workers * Math.ceilDiv(4, workers),
                "supervision.workers=" + workers));
        settings.addAll(more);
    }

    /**
     * The figures.
     *
     * @param supervised steps a second of each round
     * @param plain steps a second of each round
     * @param cost the median over rounds of the share of a second that the supervised team needs more for the same steps
     */
    record Result(int workers, int steps, List<Double> supervised, List<Double> plain, double cost) {}

    Result run(int rounds) throws IOException, InterruptedException {
        var supervised = new ArrayList<Double>();
        var plain = new ArrayList<Double>();
        var costs = new ArrayList<Double>();
        for (int round = 0; round < rounds; round++) {
            BenchCommand.progress("round %d of %d".formatted(round + 1, rounds));
            supervised.add(supervised());
            plain.add(plain());
            costs.add(plain.getLast() / supervised.getLast() - 1);
        }
        double cost = costs.stream().sorted().toList().get(rounds / 2);
        return new Result(workers, steps, supervised, plain, cost);
    }

    /** Returns how many steps a second a supervised team makes. */
    private double supervised() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("perdure-bench-");
        var run = new RunFolder(folder.resolve("run"));
        RunConfig config = RunConfig.read(DemoCommand.digits(), settings);
        run.create(config);
        var watch = new Watch(Thread.currentThread());
        try {
            String problem = new RunSession(run, config).supervise(watch, false).problem();
            throw new BadSettingException("the training ended before it was measured: " + problem);
        } catch (InterruptedException e) {
            if (!watch.isDone()) {
                throw e;
            }
            return watch.stepsPerSecond();
        } finally {
            BenchCommand.delete(folder);
        }
    }

    /** Sums what steps took, as they tell themselves: several are told at once. */
    private final class Watch implements RunListener {
        private final Thread supervising;
        private double millis;
        private int measured;

        Watch(Thread supervising) {
            this.supervising = supervising;
        }

        @Override
        public void said(TrainingEvent event) {
            if (!isDone() && event instanceof TrainingEvent.StepApplied applied && applied.step() > WARM_UP) {
                millis += applied.millis();
                measured++;
                if (isDone()) {
                    supervising.interrupt();
                }
            }
        }

        boolean isDone() {
            return measured == steps;
        }

        double stepsPerSecond() {
            return 1e3 * measured / millis;
        }
    }

    /** Returns how many steps a second a plain one makes. */
    private double plain() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("perdure-bench-");
        var members = new ArrayList<Process>();
        try {
            for (int rank = 0; rank < workers; rank++) {
                members.add(member(rank, folder.resolve("meeting")));
            }
            double slowest = 0;
            for (Process member : members) {
                String said = new String(member.getInputStream().readAllBytes(), UTF_8);
                slowest = Math.max(slowest, secondsOf(said));
                member.waitFor();
            }
            return steps / slowest;
        } finally {
            members.forEach(Process::destroyForcibly);
            BenchCommand.delete(folder);
        }
    }

    private Process member(int rank, Path meeting) throws IOException {
        var program = new ArrayList<>(Jvm.perdure("plain-member"));
        program.addAll(List.of(
                "--rank=" + rank,
                "--members=" + workers,
                "--meeting=" + meeting,
                "--warm-up=" + WARM_UP,
                "--steps=" + steps));
        settings.forEach(setting -> program.add("--set=" + setting));
        return LocalLauncher.process(RunConfig.read(DemoCommand.digits(), settings), program)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static double secondsOf(String said) {
        return said.lines()
                .filter(line -> line.startsWith(SECONDS))
                .mapToDouble(line -> Double.parseDouble(line.substring(SECONDS.length())))
                .findFirst()
                .orElseThrow(() -> new BadSettingException("a plain member did not say how long it took: " + said));
    }
}
