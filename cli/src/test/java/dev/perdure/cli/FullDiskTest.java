package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.perdure.training.ExitCode;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real disk that is really full: a small tmpfs. Only root may mount one; for others this is skipped. */
class FullDiskTest {
    @TempDir
    Path folder;

    @Test
    void aFullDiskIsReportedAtOnceStopsTheRunWithinItsBudgetAndLosesNothing() throws Exception {
        SmallRun small = SmallRun.in(folder);
        RunFolder run = small.folder("full");
        run.create(RunConfig.read(small.config(), List.of("checkpoint.save-errors-max=1")));
        Files.createDirectory(run.checkpoints());
        assumeTrue(
                succeeds(
                        "mount",
                        "-t",
                        "tmpfs",
                        "-o",
                        "size=64k",
                        "tmpfs",
                        run.checkpoints().toString()),
                "only root may mount");
        try {
            String said = perdure("resume", run.path()).refusedOnce(ExitCode.STORE_FAILED);
            assertThat(said).contains("could not be saved", "resume");
            RunReport stopped = RunReport.read(run.reportJson());
            assertThat(stopped.finished()).isFalse();
            assertThat(stopped.incidents())
                    .filteredOn(incident -> incident.kind().equals("save-failed"))
                    .hasSizeGreaterThan(1)
                    .anyMatch(incident -> incident.evidence().contains("it is tried again"))
                    .anyMatch(incident -> incident.evidence().contains("given up"));
            assertThat(stopped.incidents().getLast().kind()).isEqualTo("store-failed");
            assertThat(stopped.checkpoints()).isNotEmpty();
            perdure("checkpoint", "verify", run.path()).fine();

            assertThat(succeeds(
                            "mount", "-o", "remount,size=10m", run.checkpoints().toString()))
                    .isTrue();
            perdure("resume", run.path()).fine();
            RunReport report = RunReport.read(run.reportJson());
            assertThat(report.weightsSha256()).isEqualTo(small.undisturbed().weightsSha256());
            assertThat(report.resumes()).isEqualTo(1);
            assertThat(report.samplesLost() + report.samplesRepeated()).isZero();
        } finally {
            succeeds("umount", run.checkpoints().toString());
        }
    }

    private static boolean succeeds(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
