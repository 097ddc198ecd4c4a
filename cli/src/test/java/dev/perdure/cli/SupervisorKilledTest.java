package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.perdure.training.ExitCode;
import dev.perdure.training.Incident;
import dev.perdure.training.ProgressFile;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The processes around the one that trains end: what a person started, the supervisor, both; by SIGKILL, SIGSTOP, Ctrl-C. */
class SupervisorKilledTest {
    private static final int PATIENCE_SECONDS = 90;
    private static final String LONG = "training.epochs=25";

    @TempDir
    Path folder;

    private SmallRun small = new SmallRun(Path.of(""));
    private RunFolder run = new RunFolder(Path.of(""));
    private @Nullable Process front;
    private ProcessHandle supervisor = ProcessHandle.current();
    private ProcessHandle worker = ProcessHandle.current();

    @BeforeEach
    void prepare() throws Exception {
        small = SmallRun.in(folder);
        run = small.folder("run");
    }

    /** Whatever a test left is ended. */
    @AfterEach
    void end() {
        if (front != null) {
            front.descendants().forEach(ProcessHandle::destroyForcibly);
            front.destroyForcibly();
        }
        for (ProcessHandle process : List.of(supervisor, worker)) {
            if (!process.equals(ProcessHandle.current())) {
                process.destroyForcibly();
            }
        }
    }

    @Test
    void killedASupervisorHasASuccessorAtOnceAndNothingIsRedone() throws Exception {
        begin();
        supervisor.destroyForcibly();

        assertEndsAsIfUndisturbed();
        assertThat(Files.readString(log("train"))).contains("supervisor killed", "SIGKILL", "recovered in");
        assertThat(worker.isAlive()).isFalse();
    }

    @Tag("soak")
    @Test
    void stoppedASupervisorIsKilledAfterSecondsAndHasASuccessor() throws Exception {
        begin("--set", "training.epochs=60");
        signal("STOP", supervisor);

        assertThat(front().waitFor(PATIENCE_SECONDS, SECONDS)).isTrue();
        assertThat(front().exitValue()).isZero();
        assertThat(supervisor.isAlive()).isFalse();
        RunReport report = RunReport.read(run.reportJson());
        assertThat(report.stepsRedone()).isZero();
        assertThat(report.incidents())
                .filteredOn(incident -> incident.kind().equals("supervisor-killed"))
                .singleElement()
                .satisfies(incident -> {
                    assertThat(incident.evidence()).contains("no sign of life");
                    assertThat(incident.detectMillis()).isGreaterThan(1_000);
                    assertThat(incident.recoverMillis()).isFinite().isPositive();
                });
    }

    @Test
    void killedTheFrontLeavesASupervisorThatGoesOnToTheEndAndResumeLooksOn() throws Exception {
        begin();
        front().destroyForcibly();
        assertThat(front().waitFor(PATIENCE_SECONDS, SECONDS)).isTrue();

        String said = perdure("resume", run.path()).fine();

        assertThat(said).contains("A supervisor is at work", "looks on");
        RunReport report = RunReport.read(run.reportJson());
        assertThat(report.weightsSha256()).isEqualTo(undisturbed().weightsSha256());
        assertThat(report.incidents()).isEmpty();
        assertThat(report.stepsRedone()).isZero();
        await().atMost(Duration.ofSeconds(PATIENCE_SECONDS)).until(() -> !supervisor.isAlive() && !worker.isAlive());
    }

    @Tag("soak")
    @Test
    void killedBothLeaveAWorkerThatSavesAndEndsByItselfAndResumeRedoesNothing() throws Exception {
        begin("--set", "supervision.alone-max-seconds=2", "--set", "checkpoint.every.steps=1000");
        front().destroyForcibly();
        supervisor.destroyForcibly();

        worker.onExit().get(PATIENCE_SECONDS, SECONDS);
        assertThat(run.reportJson()).doesNotExist();

        perdure("resume", run.path()).fine();
        RunReport report = RunReport.read(run.reportJson());
        assertThat(report.weightsSha256()).isEqualTo(undisturbed().weightsSha256());
        assertThat(report.samplesLost() + report.samplesRepeated()).isZero();
        assertThat(report.stepsRedone()).isZero();
        assertThat(report.incidents()).extracting(Incident::kind).contains("supervisor-killed");
    }

    @Tag("soak")
    @Test
    void endedByAnInterruptItSaysHowToGoOnAndThatIsNoIncident() throws Exception {
        assumeTrue(interruptsReachChildren(), "this process was started with SIGINT ignored");
        begin();
        for (ProcessHandle each : List.of(front().toHandle(), supervisor, worker)) {
            signal("INT", each); // as a terminal does
        }
        assertStopped();
    }

    @Tag("soak")
    @Test
    void endedBySigtermItSaysHowToGoOnAndThatIsNoIncident() throws Exception {
        begin();
        signal("TERM", front().toHandle());
        assertStopped();
    }

    private void assertStopped() throws Exception {
        assertThat(front().waitFor(PATIENCE_SECONDS, SECONDS)).isTrue();
        assertThat(supervisor.isAlive()).isFalse();
        assertThat(worker.isAlive()).isFalse();
        assertThat(Files.readString(log("train")))
                .contains("perdure: interrupted", "perdure resume " + run.path())
                .doesNotContain("\tat ", "fault in Perdure");

        perdure("resume", run.path()).fine();
        RunReport report = RunReport.read(run.reportJson());
        assertThat(report.weightsSha256()).isEqualTo(undisturbed().weightsSha256());
        assertThat(report.incidents()).isEmpty();
        assertThat(report.samplesLost() + report.samplesRepeated()).isZero();
    }

    /** Starts a run with one worker, and waits until it steps. */
    private void begin(String... more) throws Exception {
        var words = new ArrayList<Object>(List.of("train", small.config(), "--run", run.path(), "--set", LONG));
        words.addAll(List.of(more));
        front = Shell.start(log("train"), words.toArray());
        awaitProgress(progress -> progress.step() >= 10);
        List<ProcessHandle> started = front().children().toList();
        assertThat(started).hasSize(1);
        supervisor = started.getFirst();
        List<ProcessHandle> workers = supervisor.children().toList();
        assertThat(workers).hasSize(1);
        worker = workers.getFirst();
    }

    private void assertEndsAsIfUndisturbed() throws Exception {
        assertThat(front().waitFor(PATIENCE_SECONDS, SECONDS)).isTrue();
        assertThat(front().exitValue()).as(Files.readString(log("train"))).isEqualTo(ExitCode.OK.code());
        RunReport report = RunReport.read(run.reportJson());
        assertThat(report.weightsSha256()).isEqualTo(undisturbed().weightsSha256());
        assertThat(report.stepsRedone()).isZero();
        assertThat(report.resumes()).isZero();
        assertThat(report.incidents())
                .filteredOn(incident -> !incident.kind().equals("storage-slow")) // which a busy machine's is
                .singleElement()
                .satisfies(incident -> {
                    assertThat(incident.kind()).isEqualTo("supervisor-killed");
                    assertThat(incident.evidence()).contains("breaks off at step");
                    assertThat(incident.recoverMillis()).isFinite().isPositive();
                });
    }

    private RunReport undisturbed() throws Exception {
        return small.train("undisturbed", List.of(), new RunListener() {}, LONG).report();
    }

    private void awaitProgress(Predicate<ProgressFile> moment) throws IOException {
        await().atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .until(() -> !front().isAlive() || (Files.exists(run.progress()) && Files.size(run.progress()) > 0));
        try (ProgressFile progress = ProgressFile.open(run.progress())) {
            await().atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> !front().isAlive() || moment.test(progress));
        }
        assertThat(front().isAlive()).as("still training").isTrue();
    }

    private Process front() {
        return Objects.requireNonNull(front);
    }

    private static void signal(String name, ProcessHandle process) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** Whoever starts a program in the background may have it ignore SIGINT, and its children with it. */
    private static boolean interruptsReachChildren() throws IOException {
        Path status = Path.of("/proc/self/status");
        return !Files.exists(status)
                || Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("SigIgn:"))
                        .noneMatch(line ->
                                (Long.parseUnsignedLong(line.substring(7).strip(), 16) & 2) != 0);
    }

    private Path log(String name) {
        return folder.resolve(name + ".log");
    }
}
