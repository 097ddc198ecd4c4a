package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.testkit.SmallDisk;
import dev.perdure.training.ExitCode;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training on a disk that is really full. */
class FullDiskTest {
    @TempDir
    Path folder;

    @Test
    void aFullDiskIsReportedAtOnceStopsTheRunWithinItsBudgetAndLosesNothing() throws Exception {
        SmallRun small = SmallRun.in(folder);
        RunFolder run = small.folder("full");
        run.create(RunConfig.read(small.config(), List.of("checkpoint.save-errors-max=1")));
        Files.createDirectory(run.checkpoints());
        try (var disk = SmallDisk.over(run.checkpoints(), "size=64k")) {
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

            disk.change("size=10m");
            perdure("resume", run.path()).fine();
            RunReport report = RunReport.read(run.reportJson());
            assertThat(report.weightsSha256()).isEqualTo(small.undisturbed().weightsSha256());
            assertThat(report.resumes()).isEqualTo(1);
            assertThat(report.samplesLost() + report.samplesRepeated()).isZero();
        }
    }
}
