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
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a person writes wrongly gets one clear message, its exit code, no stack trace; and nothing is lost. */
class BadInputTest {
    @TempDir
    static Path folder;

    private static SmallRun small;
    private static Path finished;

    @BeforeAll
    static void trainOnce() throws Exception {
        small = SmallRun.in(folder);
        finished = folder.resolve("finished");
        perdure("train", small.config(), "--run", finished, "--set", "training.epochs=1")
                .fine();
    }

    @Test
    void allProblemsOfAConfigurationAreReportedTogetherWithLinesAndSuggestions() throws Exception {
        Path config =
                changed("several", "epochs: 3", "epochz: 3", "batch: 40", "batch: many", "rate: 0.01", "rate: -1");
        String said = perdure("train", config, "--run", folder.resolve("never")).refused(ExitCode.BAD_SETTING);
        assertThat(said.lines()).hasSize(3).allSatisfy(line -> assertThat(line).startsWith("perdure: " + config + ":"));
        assertThat(said)
                .contains("epochz", "Did you mean", "epochs")
                .contains("many")
                .contains("-1");
        assertThat(folder.resolve("never")).doesNotExist();
    }

    @Test
    void aConfigurationThatIsNoYamlIsRefused() throws Exception {
        Path config = Files.writeString(folder.resolve("broken.yaml"), "data: [1,\nmodel: }");
        assertThat(perdure("train", config).refusedOnce(ExitCode.BAD_SETTING)).contains(config.toString());
    }

    @Test
    void impossibleValuesAreRefused() throws Exception {
        Path config = changed("impossible", "microbatches: 3", "microbatches: 41", "dropout: 0.25", "dropout: 1.5");
        String said = perdure("train", config, "--run", folder.resolve("never")).refused(ExitCode.BAD_SETTING);
        assertThat(said).contains("41 (expected: <= batch, which is 40)").contains("1.5");
    }

    @Test
    void aMissingConfigurationIsRefused() {
        assertThat(perdure("train", folder.resolve("no.yaml")).refusedOnce(ExitCode.BAD_SETTING))
                .contains("no.yaml: no such file (expected: a configuration");
    }

    @Test
    void missingDataAreRefused() throws Exception {
        Path config = changed("no-data", "images: images.idx", "images: nowhere.idx");
        assertThat(perdure("train", config, "--run", folder.resolve("no-data")).refusedOnce(ExitCode.BAD_SETTING))
                .contains(folder.resolve("nowhere.idx").toString());
    }

    @Test
    void dataOfAnotherKindAreRefused() throws Exception {
        Path config = changed("other-data", "images: images.idx", "images: other-data.yaml");
        assertThat(perdure("train", config, "--run", folder.resolve("other-data"))
                        .refusedOnce(ExitCode.BAD_DATA))
                .contains(config.toString(), "Is it an IDX file?");
    }

    @Test
    void aNetworkThatDoesNotFitTheDataIsRefused() throws Exception {
        Path config = changed("no-fit", "max-pool: {kernel: 2}", "max-pool: {kernel: 20}");
        assertThat(perdure("train", config, "--run", folder.resolve("no-fit")).refusedOnce(ExitCode.BAD_SETTING))
                .contains("max-pool", "20", "12");
    }

    @Test
    void aFolderWithARunOfAnotherConfigurationIsRefusedAndKeptAsItWas() throws Exception {
        String before = Files.readString(finished.resolve("config.yaml"));
        assertThat(perdure("train", small.config(), "--run", finished).refusedOnce(ExitCode.BAD_SETTING))
                .contains("another configuration", "training.epochs", "1", "3", "perdure resume");
        assertThat(perdure("train", small.config(), "--run", finished, "--set", "training.epochs=1")
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("holds this run already", "perdure resume " + finished);
        assertThat(Files.readString(finished.resolve("config.yaml"))).isEqualTo(before);
    }

    @Test
    void aFolderThatIsSomethingElseIsRefused() throws Exception {
        Path other = Files.createDirectories(folder.resolve("photos"));
        Files.writeString(other.resolve("cat.png"), "cat");
        assertThat(perdure("train", small.config(), "--run", other).refusedOnce(ExitCode.BAD_SETTING))
                .contains("is no run folder", "Choose another --run");
        assertThat(perdure("resume", other).refusedOnce(ExitCode.BAD_SETTING)).contains("holds no run");
        assertThat(perdure("resume", folder.resolve("nothing")).refusedOnce(ExitCode.BAD_SETTING))
                .contains("holds no run");
        assertThat(perdure("checkpoint", "list", other).refusedOnce(ExitCode.BAD_SETTING))
                .contains("holds no run");
        assertThat(other).isDirectoryNotContaining("glob:**{config.yaml,checkpoints,events.jsonl}");
    }

    @Test
    void aFinishedRunIsNotTrainedAgain() throws Exception {
        RunFolder run = new RunFolder(finished);
        String report = Files.readString(run.reportJson());
        String events = Files.readString(run.events());
        Path json = folder.resolve("finished.json");
        String said = perdure("resume", finished, "--json", json).fine();
        assertThat(said)
                .contains(
                        "has finished already", RunReport.read(run.reportJson()).weightsSha256());
        assertThat(json).hasContent(report);
        assertThat(run.events()).hasContent(events);
    }

    @Test
    void whatWouldChangeTheWeightsCannotBeSetOnResume() throws Exception {
        String before = Files.readString(finished.resolve("config.yaml"));
        assertThat(perdure("resume", finished, "--set", "training.batch=20").refusedOnce(ExitCode.BAD_SETTING))
                .contains("training.batch", "20", "40", "perdure checkpoint branch");
        assertThat(Files.readString(finished.resolve("config.yaml"))).isEqualTo(before);
    }

    @Test
    void wrongArgumentsAreRefused() {
        assertThat(perdure("train", small.config(), "--set", "training.epochs").refusedOnce(ExitCode.BAD_SETTING))
                .contains("training.epochs", "=");
        assertThat(perdure("train", small.config(), "--set", "training.epoch=1").refusedOnce(ExitCode.BAD_SETTING))
                .contains("Did you mean", "epochs");
        assertThat(perdure("trian", small.config()).refusedOnce(ExitCode.BAD_SETTING))
                .contains("trian", "train");
        assertThat(perdure("train", small.config(), "--sett", "a=b").refusedOnce(ExitCode.BAD_SETTING))
                .contains("--sett", "--help");
        assertThat(perdure("train").refusedOnce(ExitCode.BAD_SETTING)).contains("CONFIG");
        assertThat(perdure("resume", finished, "--json", folder.resolve("no/such/folder.json"))
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("--json", "folder.json");
    }

    @Test
    void tooManyBadRecordsStopTheRunAndSayWhere() throws Exception {
        assertThat(perdure("train", table(), "--run", folder.resolve("refused")).refusedOnce(ExitCode.BAD_DATA))
                .contains("rows.csv", "10", "bad-records-max");
    }

    @Test
    void recordsThatAreNotUsedAreNamedInTheReport() throws Exception {
        Path run = folder.resolve("rows");
        String said = perdure("train", table(), "--run", run, "--set", "data.bad-records-max=0.2")
                .fine();
        assertThat(said).contains("rows.csv:5: ");
        assertThat(RunReport.read(run.resolve("report.json")).warnings())
                .filteredOn(warning -> warning.startsWith("not used: "))
                .hasSize(10)
                .first()
                .asString()
                .contains("rows.csv:5: a: x");
        assertThat(Files.readString(run.resolve("report.html"))).contains("rows.csv:5: ");
        assertThat(Files.readAllLines(run.resolve("bad-records.txt"))).hasSize(10);
    }

    @Test
    void aMicrobatchOfOneSampleIsRefusedBeforeTrainingWhereItIsNormalised() throws Exception {
        Path config = table("    - batch-norm: {name: norm}\n", 71);
        Path run = folder.resolve("normalised");
        assertThat(perdure("train", config, "--run", run, "--set", "data.bad-records-max=0.2")
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("training.batch: 71", "batch-norm 'norm'", "Set training.batch to 64");
        assertThat(run.resolve("metrics.jsonl")).doesNotExist();
    }

    private Path table() throws IOException {
        return table("", 10);
    }

    /** A table of 100 rows of which 10 are bad; 82 of the others are left to train. */
    private Path table(String layers, int batch) throws IOException {
        var rows = new StringBuilder("a,b,kind\n");
        for (int row = 0; row < 100; row++) {
            rows.append(
                    row % 10 == 3 ? "x,1,yes\n" : "%d,%d,%s\n".formatted(row, row % 7, row % 2 == 0 ? "yes" : "no"));
        }
        Files.writeString(folder.resolve("rows.csv"), rows);
        return Files.writeString(folder.resolve("rows.yaml"), """
                data:
                  format: csv
                  file: rows.csv
                  columns: {a: numeric, b: numeric}
                  target: kind
                model:
                  layers:
                    - dense: {name: fc1, out: 2}
                %s  loss: cross-entropy
                training: {epochs: 1, batch: %d, optimizer: sgd, learning-rate: 0.01}
                """.formatted(layers, batch));
    }

    @Test
    void aRunThatDivergesStopsWithoutBeingStartedAgain() throws Exception {
        Path run = folder.resolve("diverging");
        String said = perdure("train", small.config(), "--run", run, "--set", "training.learning-rate=1e38")
                .refusedOnce(ExitCode.DIVERGED);
        assertThat(said).contains("step 2", "1.0E38", "lower training.learning-rate");
        RunReport report = RunReport.read(run.resolve("report.json"));
        assertThat(report.finished()).isFalse();
        assertThat(report.incidents())
                .extracting(Incident::kind)
                .contains("non-finite")
                .endsWith("diverged");
        assertThat(report.incidents().getLast().action()).isEqualTo("stopped");
        assertThat(Files.readString(run.resolve("report.json"))).doesNotContain("\"NaN\"", "Infinity");
        assertThat(Double.isNaN(report.testLoss())).isTrue();
    }

    @Test
    void changedDataAreRefusedWithBothDigestsUnlessAllowed() throws Exception {
        SmallRun other = SmallRun.in(Files.createDirectories(folder.resolve("changing")));
        Path run = folder.resolve("changed-data");
        perdure("train", other.config(), "--run", run, "--set", "training.epochs=1")
                .fine();
        perdure("checkpoint", "rollback", run, "--to", "4").fine();
        String before = RunReport.read(run.resolve("report.json")).dataDigest();
        Path images = other.config().resolveSibling("images.idx");
        byte[] bytes = Files.readAllBytes(images);
        bytes[20_000] ^= 1;
        Files.write(images, bytes);
        assertThat(perdure("resume", run).refusedOnce(ExitCode.BAD_DATA))
                .contains("The data changed", before, "--allow-changed-data")
                .containsPattern("digest [0-9a-f]{64} ");
        assertThat(perdure("resume", run, "--allow-changed-data").fine()).contains("The data changed");
        RunReport after = RunReport.read(run.resolve("report.json"));
        assertThat(after.finished()).isTrue();
        assertThat(after.steps()).isEqualTo(10);
        assertThat(after.dataDigest()).isNotEqualTo(before);
    }

    @Test
    void anotherPerdureOnTheSameRunIsRefused() throws Exception {
        perdure("checkpoint", "rollback", finished, "--to", "8").fine();
        try (var _ = new RunFolder(finished).tryLock("front").orElseThrow()) {
            assertThat(perdure("resume", finished).refusedOnce(ExitCode.BAD_SETTING))
                    .contains("another perdure process is working on this run");
        }
        perdure("checkpoint", "rollback", finished, "--to", "10").fine();
    }

    /** Writes the small configuration with some of its words replaced. */
    private static Path changed(String name, String... wordsAndReplacements) throws IOException {
        String yaml = Files.readString(small.config());
        for (int i = 0; i < wordsAndReplacements.length; i += 2) {
            assertThat(yaml).contains(wordsAndReplacements[i]);
            yaml = yaml.replace(wordsAndReplacements[i], wordsAndReplacements[i + 1]);
        }
        return Files.writeString(folder.resolve(name + ".yaml"), yaml);
    }
}
