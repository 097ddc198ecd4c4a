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
import dev.perdure.training.RunReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code perdure} process itself ends while it trains: by SIGKILL, by Ctrl-C. */
class SupervisorKilledTest {
    private static final int PATIENCE_SECONDS = 60;

    @TempDir
    Path folder;

    @Test
    void killedWhileTrainingAndAgainWhileResumingItLeavesNoOrphanAndEndsWithTheSameWeights() throws Exception {
        SmallRun small = SmallRun.in(folder);
        RunFolder run = small.folder("killed");
        killWhen(
                Shell.start(log("train"), "train", small.config(), "--run", run.path(), "--set", OFTEN),
                run,
                progress -> progress.step() >= 4 && holdsCheckpoint(run));
        killWhen(Shell.start(log("resume"), "resume", run.path()), run, progress -> progress.restores() == 1);

        perdure("resume", run.path()).fine();
        RunReport report = RunReport.read(run.reportJson());
        assertSame(report, small.undisturbed());
        assertThat(report.resumes()).isEqualTo(2);
        assertThat(report.incidents())
                .extracting(Incident::kind)
                .containsExactly("supervisor-killed", "supervisor-killed");
        assertThat(report.incidents()).allSatisfy(incident -> {
            assertThat(incident.evidence()).contains("breaks off at step");
            assertThat(incident.recoverMillis()).isFinite().isPositive();
        });
    }

    @Test
    void endedByAnInterruptItSaysHowToGoOnAndThatIsNoIncident() throws Exception {
        assumeTrue(interruptsReachChildren(), "this process was started with SIGINT ignored");
        SmallRun small = SmallRun.in(folder);
        RunFolder run = small.folder("interrupted");
        Process program = Shell.start(log("train"), "train", small.config(), "--run", run.path(), "--set", OFTEN);
        try {
            awaitProgress(program, run, progress -> progress.step() >= 4 && holdsCheckpoint(run));
            List<ProcessHandle> trainers = program.descendants().toList();
            new ProcessBuilder("kill", "-INT", Long.toString(program.pid()))
                    .start()
                    .waitFor();
            assertThat(program.waitFor(PATIENCE_SECONDS, SECONDS)).isTrue();
            assertThat(program.exitValue()).isEqualTo(ExitCode.INTERRUPTED.code());
            awaitEnd(trainers);
        } finally {
            program.destroyForcibly();
        }
        assertThat(Files.readString(log("train")))
                .contains("perdure: interrupted", "perdure resume " + run.path())
                .doesNotContain("\tat ", "fault in Perdure");

        perdure("resume", run.path()).fine();
        RunReport report = RunReport.read(run.reportJson());
        assertSame(report, small.undisturbed());
        assertThat(report.incidents()).isEmpty();
        assertThat(report.resumes()).isEqualTo(1);
    }

    private static final String OFTEN = "checkpoint.every.steps=1";

    /** SIGKILL at a moment, and its trainer ends by itself. */
    private static void killWhen(Process program, RunFolder run, Predicate<ProgressFile> moment) throws Exception {
        try {
            awaitProgress(program, run, moment);
            List<ProcessHandle> trainers = program.descendants().toList();
            assertThat(trainers).hasSize(1);
            assertThat(run.tryLock("supervisor"))
                    .as("nobody else may work on it")
                    .isEmpty();
            program.destroyForcibly();
            assertThat(program.waitFor(PATIENCE_SECONDS, SECONDS)).isTrue();
            awaitEnd(trainers);
        } finally {
            program.destroyForcibly();
        }
        assertThat(run.reportJson()).doesNotExist();
    }

    private static void awaitProgress(Process program, RunFolder run, Predicate<ProgressFile> moment)
            throws IOException {
        await().atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .until(() -> !program.isAlive() || (Files.exists(run.progress()) && Files.size(run.progress()) > 0));
        try (ProgressFile progress = ProgressFile.open(run.progress())) {
            await().atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .until(() -> !program.isAlive() || moment.test(progress));
        }
        assertThat(program.isAlive()).as("still training").isTrue();
    }

    private static void awaitEnd(List<ProcessHandle> trainers) throws Exception {
        for (ProcessHandle trainer : trainers) {
            trainer.onExit().get(PATIENCE_SECONDS, SECONDS);
        }
    }

    private static boolean holdsCheckpoint(RunFolder run) {
        String[] manifests = run.checkpoints().resolve("checkpoints").toFile().list();
        return manifests != null && manifests.length > 0;
    }

    private static void assertSame(RunReport report, RunReport undisturbed) {
        assertThat(report.finished()).isTrue();
        assertThat(report.weightsSha256()).isEqualTo(undisturbed.weightsSha256());
        assertThat(report.samplesSeen()).isEqualTo(undisturbed.samplesSeen());
        assertThat(report.samplesLost()).isZero();
        assertThat(report.samplesRepeated()).isZero();
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
