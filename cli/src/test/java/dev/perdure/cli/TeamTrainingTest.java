package dev.perdure.cli;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.training.EventLines;
import dev.perdure.training.Incident;
import dev.perdure.training.Phase;
import dev.perdure.training.ProgressFile;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunOutcome;
import dev.perdure.training.RunReport;
import dev.perdure.training.TrainingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real worker processes train one model together while they are killed and stopped: the weights are those of one alone. */
class TeamTrainingTest {
    private static final String LONG = "training.epochs=25";

    @TempDir
    static Path folder;

    private static SmallRun small;

    @BeforeAll
    static void prepare() throws Exception {
        small = SmallRun.in(folder);
    }

    @Tag("soak")
    @Test
    void twoAndThreeWorkersGiveTheBitsOfOne() throws Exception {
        for (int workers : new int[] {2, 3}) {
            RunOutcome outcome = small.train(
                    "workers-" + workers, List.of(), new RunListener() {}, "supervision.workers=" + workers);
            assertSame(outcome, small.undisturbed());
            assertThat(outcome.report().incidents()).isEmpty();
            assertThat(outcome.report().stepsRedone()).isZero();
        }
    }

    @Test
    void killedAtEveryPhaseTheOthersGoOn() throws Exception {
        long epoch = small.undisturbed().steps() / small.undisturbed().epochs();
        var faults = new ArrayList<String>();
        for (Phase phase : Phase.values()) {
            switch (phase) {
                case START, FINISH -> {} // before it joins, and after all is applied
                case RESTORE, MEET, COPY -> faults.add("phase:%s:0".formatted(phase));
                case DATA, GRADIENT, EXCHANGE, AWAIT_CAPTURE, APPLY, BOOK, SAVE ->
                    faults.add("phase:%s:%d".formatted(phase, 4 + 2 * faults.size()));
                case EVALUATE -> faults.add("phase:%s:%d".formatted(phase, 2 * epoch));
            }
        }
        RunOutcome outcome = small.train("phases", faults, new RunListener() {}, "supervision.workers=2");
        assertSame(outcome, small.undisturbed());
        assertThat(outcome.report().incidents()).hasSizeGreaterThanOrEqualTo(faults.size());
    }

    @Test
    void killedStoppedAndAllGoneAtOnceItGoesOnByItself() throws Exception {
        RunReport alone =
                small.train("alone", List.of(), new RunListener() {}, LONG).report();
        var abuse = new Abuse(Map.of(
                40L, workers -> kill(workers.getFirst()),
                90L, workers -> stop(workers.getFirst()),
                150L, workers -> workers.forEach(TeamTrainingTest::kill)));

        RunOutcome outcome = small.train("abused", List.of(), abuse, LONG, "supervision.workers=3");

        assertSame(outcome, alone);
        assertThat(abuse.left).isEmpty();
        assertThat(outcome.report().incidents())
                .extracting(Incident::kind)
                .contains("worker-killed")
                .containsAnyOf("worker-silent", "connection-lost");
        assertThat(abuse.all).allMatch(worker -> !worker.isAlive());
        assertThat(stepsTold(small.folder("abused")))
                .as("metrics, although leaders were killed between two lines")
                .isEqualTo(LongStream.rangeClosed(1, outcome.report().steps())
                        .boxed()
                        .toList());
    }

    private static List<Long> stepsTold(RunFolder run) throws IOException {
        return Files.readAllLines(run.metrics()).stream()
                .map(line -> EventLines.parse(line).orElseThrow())
                .filter(TrainingEvent.StepApplied.class::isInstance)
                .map(event -> ((TrainingEvent.StepApplied) event).step())
                .toList();
    }

    @Tag("soak")
    @Test
    void whenTheSupervisorIsKilledTheWorkersStepOnAndItsSuccessorRedoesNothing() throws Exception {
        RunReport alone =
                small.train("alone-too", List.of(), new RunListener() {}, LONG).report();
        RunFolder run = small.folder("headless");
        Process front = Shell.start(
                folder.resolve("headless.log"),
                "train",
                small.config(),
                "--run",
                run.path(),
                "--set",
                LONG,
                "--workers",
                2);
        List<ProcessHandle> workers;
        try {
            awaitStep(run, 30);
            ProcessHandle supervisor = front.children().findFirst().orElseThrow();
            workers = supervisor.children().toList();
            supervisor.destroyForcibly();
            assertThat(workers).hasSize(2).allMatch(ProcessHandle::isAlive);
            assertThat(front.waitFor(120, SECONDS)).isTrue();
        } finally {
            front.destroyForcibly();
        }
        assertThat(front.exitValue()).isZero();

        RunReport report = RunReport.read(run.reportJson());
        assertThat(report.weightsSha256()).isEqualTo(alone.weightsSha256());
        assertThat(report.resumes()).isZero();
        assertThat(report.stepsRedone()).isZero();
        assertThat(report.incidents()).extracting(Incident::kind).containsExactly("supervisor-killed");
        await().atMost(Duration.ofSeconds(20)).until(() -> workers.stream().noneMatch(ProcessHandle::isAlive));
    }

    private static void assertSame(RunOutcome outcome, RunReport undisturbed) {
        assertThat(outcome.problem()).isEmpty();
        RunReport report = outcome.report();
        assertThat(report.weightsSha256()).isEqualTo(undisturbed.weightsSha256());
        assertThat(report.samplesSeen()).isEqualTo(undisturbed.samplesSeen());
        assertThat(report.samplesLost()).isZero();
        assertThat(report.samplesRepeated()).isZero();
    }

    private static void awaitStep(RunFolder run, long step) {
        await().atMost(Duration.ofSeconds(60)).until(() -> step(run) >= step);
    }

    private static long step(RunFolder run) throws IOException {
        if (!Files.exists(run.progress())) {
            return 0;
        }
        try (ProgressFile progress = ProgressFile.open(run.progress())) {
            return progress.step();
        }
    }

    private static void kill(ProcessHandle worker) {
        worker.destroyForcibly();
    }

    private static void stop(ProcessHandle worker) {
        try {
            new ProcessBuilder("kill", "-STOP", Long.toString(worker.pid()))
                    .start()
                    .waitFor();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Does something to the living workers, oldest first, when a step has been applied. */
    private static final class Abuse implements RunListener {
        private final List<ProcessHandle> all = new ArrayList<>();
        private final TreeMap<Long, Consumer<List<ProcessHandle>>> left;

        Abuse(Map<Long, Consumer<List<ProcessHandle>>> at) {
            this.left = new TreeMap<>(at);
        }

        @Override
        public void trainerStarted(ProcessHandle worker) {
            all.add(worker);
        }

        @Override
        public void said(TrainingEvent event) {
            if (event instanceof TrainingEvent.StepApplied applied
                    && !left.isEmpty()
                    && applied.step() >= left.firstKey()) {
                left.pollFirstEntry()
                        .getValue()
                        .accept(all.stream().filter(ProcessHandle::isAlive).toList());
            }
        }
    }
}
