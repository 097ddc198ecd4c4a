package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.training.ExitCode;
import dev.perdure.training.Incident;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of {@code perdure checkpoint}, on a run that was really trained. */
class CheckpointCommandTest {
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static SmallRun small = new SmallRun(Path.of(""));
    private Path run = Path.of("");

    @BeforeEach
    void copyTheRunThatIsTrainedOnce() throws Exception {
        RunFolder trained = new RunFolder(shared.resolve("trained"));
        if (!trained.exists()) {
            small = SmallRun.in(shared);
            perdure("train", small.config(), "--run", trained.path()).fine();
        }
        run = folder.resolve("run");
        try (var files = Files.walk(trained.path())) {
            for (Path file : files.toList()) {
                Files.copy(file, run.resolve(trained.path().relativize(file)));
            }
        }
    }

    @Test
    void listsAndShowsWhatIsThere() {
        List<String> lines =
                perdure("checkpoint", "list", run).fine().lines().skip(1).toList();
        assertThat(lines.getFirst().strip()).startsWith("30 ").contains("heldOutLoss");
        assertThat(lines).hasSizeBetween(3, 4);
        assertThat(perdure("checkpoint", "show", run, "--step", "28").fine())
                .contains("step 28", "model/conv1.weight", "F32", "data/samplesSeen");
        assertThat(perdure("checkpoint", "show", run, "--step", "29").refusedOnce(ExitCode.BAD_SETTING))
                .contains("--step 29: no such checkpoint (expected: one of 30, 28");
    }

    @Test
    void exportsTheWeightsOfTheReport() throws Exception {
        Path file = folder.resolve("weights.safetensors");
        String said = perdure("checkpoint", "export", run, "--out", file).fine();
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        assertThat(digest).isEqualTo(report(run).weightsSha256());
        assertThat(said).contains(digest, "step 30");
        assertThat(perdure("checkpoint", "export", run, "--out", file).refusedOnce(ExitCode.BAD_SETTING))
                .contains("exists");
    }

    @Test
    void importsTheWeightsOfAnotherRunAndGoesOnWithThem() throws Exception {
        Path file = folder.resolve("weights.safetensors");
        perdure("checkpoint", "export", run, "--step", "28", "--out", file).fine();
        perdure("checkpoint", "rollback", run, "--to", "30").fine();
        perdure("checkpoint", "import", run, "--from", file).fine();
        Path again = folder.resolve("again.safetensors");
        perdure("checkpoint", "export", run, "--out", again).fine();
        assertThat(again).hasSameBinaryContentAs(file);

        perdure("resume", run).fine();
        assertThat(report(run).weightsSha256())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file))));
    }

    @Test
    void importsNothingThatDoesNotFit() throws Exception {
        assertThat(perdure("checkpoint", "import", run, "--from", folder.resolve("none"))
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("no such file");
        Path noWeights = Files.writeString(folder.resolve("letter.txt"), "Dear all, this is no safetensors file.");
        assertThat(perdure("checkpoint", "import", run, "--from", noWeights).refusedOnce(ExitCode.BAD_SETTING))
                .contains("letter.txt");
    }

    @Test
    void verifyNamesDamageWithItsOwnExitCodeAndRepairNeedsAMirror() throws Exception {
        assertThat(perdure("checkpoint", "verify", run).fine()).contains("step 30: whole");
        damageTheNewest();
        var said = perdure("checkpoint", "verify", run);
        assertThat(said.exitCode()).isEqualTo(ExitCode.DAMAGED.code());
        assertThat(said.out()).contains("step 30: DAMAGED", "bytes", "perdure checkpoint repair", "step 28: whole");
        var repair = perdure("checkpoint", "repair", run);
        assertThat(repair.exitCode()).isEqualTo(ExitCode.DAMAGED.code());
        assertThat(repair.out()).contains("step 30: 0 repaired, beyond repair:", "step 28: 0 repaired");
        assertThat(perdure("checkpoint", "export", run, "--step", "30", "--out", folder.resolve("x"))
                        .refusedOnce(ExitCode.DAMAGED))
                .contains("checkpoint 1-30");
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void afterARollbackResumeGoesTheSameWayAgain() throws Exception {
        String before = report(run).weightsSha256();
        perdure("checkpoint", "rollback", run, "--to", "24").fine();
        perdure("resume", run, "--set", "checkpoint.every.steps=5").fine();
        RunReport after = report(run);
        assertThat(after.weightsSha256()).isEqualTo(before);
        assertThat(after.stepsRedone()).isEqualTo(6);
        assertThat(after.samplesSeen()).isEqualTo(1200);
        assertThat(after.incidents()).extracting(Incident::kind).isEmpty();
        assertThat(perdure("checkpoint", "list", run).fine()).containsPattern("\\b25 +\\d");
    }

    @Test
    void aBranchGoesOnFromItsStepWithSettingsOfItsOwn() throws Exception {
        Path branch = folder.resolve("branch");
        assertThat(perdure("checkpoint", "branch", run, "--step", "28", "--to", branch, "--set", "model.loss=mse")
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("model.loss", "cross-entropy", "mse");
        assertThat(branch).doesNotExist();
        perdure("checkpoint", "branch", run, "--step", "28", "--to", branch, "--set", "training.learning-rate=0.02")
                .fine();
        perdure("resume", branch).fine();
        RunReport other = report(branch);
        assertThat(other.steps()).isEqualTo(30);
        assertThat(other.stepsRedone()).isZero();
        assertThat(other.samplesSeen()).isEqualTo(1200);
        assertThat(other.weightsSha256()).isNotEqualTo(report(run).weightsSha256());
        assertThat(Files.readString(branch.resolve("config.yaml"))).contains("learning-rate: 0.02");
    }

    @Test
    void pruneKeepsTheNewest() {
        assertThat(perdure("checkpoint", "prune", run, "--newest", "1").fine()).contains("deleted");
        List<String> lines =
                perdure("checkpoint", "list", run).fine().lines().skip(1).toList();
        assertThat(lines.getFirst().strip()).startsWith("30 ");
        assertThat(lines).hasSizeLessThan(3);
        perdure("checkpoint", "verify", run).fine();
    }

    private void damageTheNewest() throws IOException {
        String path = perdure("checkpoint", "show", run)
                .fine()
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith("objects/"))
                .findFirst()
                .orElseThrow();
        Path object = run.resolve("checkpoints").resolve(path);
        byte[] bytes = Files.readAllBytes(object);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= 1;
        }
        Files.delete(object);
        Files.write(object, bytes);
    }

    private static RunReport report(Path run) throws IOException {
        return RunReport.read(run.resolve("report.json"));
    }
}
