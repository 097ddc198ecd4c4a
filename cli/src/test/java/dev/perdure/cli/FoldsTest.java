package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.perdure.data.Dataset;
import dev.perdure.data.Part;
import dev.perdure.training.Folds;
import dev.perdure.training.FoldsReport;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cross-validation of real runs. */
class FoldsTest {
    @TempDir
    static Path folder;

    private static SmallRun small;

    @BeforeAll
    static void prepare() throws Exception {
        small = SmallRun.in(folder);
    }

    @Tag("soak")
    @Test
    void killedInTheMiddleAndResumedItEndsAsUndisturbed() throws Exception {
        Path calm = folder.resolve("calm");
        String said = perdure("train", small.config(), "--run", calm, "--folds", 3, "--set", "training.epochs=2")
                .fine();
        FoldsReport undisturbed = FoldsReport.read(calm.resolve("report.json"));
        assertThat(said).contains("Fold 1 of 3", "Fold 3 of 3", "3 folds in ", "held-out accuracy ");
        assertThat(undisturbed.folds()).hasSize(3);
        assertThat(undisturbed.folds().stream().map(FoldsReport.Fold::weightsSha256))
                .doesNotHaveDuplicates();
        FoldsReport.Estimate loss = Objects.requireNonNull(undisturbed.heldOutLoss());
        assertThat(loss.mean()).isBetween(loss.low(), loss.high());
        assertThat(Files.readString(calm.resolve("report.html"))).contains("fold-2/report.html");

        Path broken = folder.resolve("broken");
        Process killed = Shell.start(
                folder.resolve("broken.log"),
                "train",
                small.config(),
                "--run",
                broken,
                "--folds",
                3,
                "--set",
                "training.epochs=2");
        try {
            await().atMost(Duration.ofMinutes(2)).until(() -> {
                Path metrics = broken.resolve("fold-2/metrics.jsonl");
                return Files.exists(metrics) && Files.size(metrics) > 0;
            });
        } finally {
            killed.destroyForcibly();
        }
        assertThat(killed.waitFor(60, SECONDS)).isTrue();
        assertThat(broken.resolve("report.json")).doesNotExist();

        assertThat(perdure("resume", broken).fine()).contains("Fold 1 of 3: has finished already");

        FoldsReport resumed = FoldsReport.read(broken.resolve("report.json"));
        assertThat(resumed.folds())
                .extracting(FoldsReport.Fold::weightsSha256)
                .isEqualTo(undisturbed.folds().stream()
                        .map(FoldsReport.Fold::weightsSha256)
                        .toList());
        assertThat(resumed.heldOutLoss()).isEqualTo(undisturbed.heldOutLoss());
        assertThat(resumed.testAccuracy()).isEqualTo(undisturbed.testAccuracy());
        assertThat(perdure("resume", broken).fine()).contains("Fold 3 of 3: has finished already");
    }

    @Test
    void foldsOfAConfigurationAreDisjointCoverItAndHaveDigestsOfTheirOwn() throws Exception {
        RunConfig whole = RunConfig.read(small.config(), List.of("training.folds=4"));
        RunConfig plain = RunConfig.read(small.config(), List.of());
        int[] test = Dataset.open(plain.data(), plain.seed()).ids(Part.TEST);
        Set<Integer> validated = new HashSet<>();
        Set<String> digests = new HashSet<>(List.of(whole.digest(), plain.digest()));
        for (int fold = 1; fold <= 4; fold++) {
            RunConfig config = Folds.configOf(whole, fold);
            Dataset data = Dataset.open(config.data(), config.seed());
            assertThat(digests.add(config.digest())).isTrue();
            assertThat(digests.add(data.digest())).isTrue();
            assertThat(data.ids(Part.TEST)).isEqualTo(test);
            for (int id : data.ids(Part.VALIDATION)) {
                assertThat(validated.add(id)).as("fold %d, sample %d", fold, id).isTrue();
            }
        }
        assertThat(validated).hasSize(500 - test.length);
        assertThat(digests.add(Folds.configOf(RunConfig.read(small.config(), List.of("training.folds=5")), 1)
                        .digest()))
                .isTrue();
    }

    @Test
    void aFoldersFoldsAreHeldToTheirConfiguration() throws Exception {
        RunFolder run = small.folder("held");
        RunConfig whole = RunConfig.read(small.config(), List.of("training.folds=2"));
        run.create(whole);
        RunFolder fold = Folds.folders(run, whole).getFirst();
        assertThat(Folds.prepare(fold, whole, 1).digest())
                .isEqualTo(fold.readConfig().digest());
        RunConfig more = RunConfig.read(small.config(), List.of("training.folds=2", "checkpoint.keep.newest=9"));
        assertThat(Folds.prepare(fold, more, 1).toYaml())
                .isEqualTo(fold.readConfig().toYaml())
                .contains("newest: 9");
        RunConfig other = RunConfig.read(small.config(), List.of("training.folds=2", "seed=8"));
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> Folds.prepare(fold, other, 1))
                .hasMessageContaining("seed");
    }

    @Test
    void whatCannotBeIsRefused() throws Exception {
        assertThat(perdure("train", small.config(), "--run", folder.resolve("no"), "--folds", 1)
                        .refusedOnce(dev.perdure.training.ExitCode.BAD_SETTING))
                .contains("training.folds: 1 (expected: a whole number >= 2");
        assertThat(perdure(
                                "train",
                                small.config(),
                                "--run",
                                folder.resolve("no"),
                                "--set",
                                "training.early-stopping.patience=0")
                        .refusedOnce(dev.perdure.training.ExitCode.BAD_SETTING))
                .contains("training.early-stopping.patience: 0 (expected: a whole number >= 1");
        assertThat(perdure(
                                "train",
                                small.config(),
                                "--run",
                                folder.resolve("no"),
                                "--set",
                                "training.early-stopping.patience=2",
                                "--set",
                                "data.split.validation=0")
                        .refusedOnce(dev.perdure.training.ExitCode.BAD_SETTING))
                .contains("Set data.split.validation above 0");
    }
}
