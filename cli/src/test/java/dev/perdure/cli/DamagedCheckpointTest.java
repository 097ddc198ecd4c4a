package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.checkpoint.CheckpointInfo;
import dev.perdure.checkpoint.Checkpoints;
import dev.perdure.checkpoint.Manifest;
import dev.perdure.store.LocalObjectStore;
import dev.perdure.training.Incident;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes of a run's checkpoints rot; whatever is left, the run ends with the weights of an undisturbed one. */
class DamagedCheckpointTest {
    @TempDir
    static Path folder;

    private static SmallRun small;
    private static RunFolder whole;

    @BeforeAll
    static void trainOnce() throws Exception {
        small = SmallRun.in(folder);
        whole = small.folder("whole");
        perdure("train", small.config(), "--run", whole.path()).fine();
    }

    @Test
    void aFlippedBitInTheNewestIsNamedByTensorAndRangeAndTheOneBeforeIsTaken() throws Exception {
        RunFolder run = copy("flipped");
        flip(run.checkpoints().resolve(newest(run).objects().getFirst().path()));
        RunReport report = resumed(run);
        assertThat(report.incidents()).singleElement().satisfies(incident -> {
            assertThat(incident.kind()).isEqualTo("checkpoint-damaged");
            assertThat(incident.evidence()).containsPattern("(model|optimizer)/\\S+ bytes \\d+-\\d+ \\(objects/");
            assertThat(incident.action()).isEqualTo("went back to step 28");
        });
        assertThat(report.stepsRedone()).isEqualTo(2);
    }

    @Tag("soak")
    @Test
    void aCutObjectIsNoticedAndTheOneBeforeIsTaken() throws Exception {
        RunFolder run = copy("cut-object");
        cut(run.checkpoints().resolve(newest(run).objects().getFirst().path()));
        assertDamagedOnce(resumed(run));
    }

    @Tag("soak")
    @Test
    void aCutManifestIsNoticedAndTheOneBeforeIsTaken() throws Exception {
        RunFolder run = copy("cut-manifest");
        cut(manifest(run));
        assertDamagedOnce(resumed(run));
    }

    @Tag("soak")
    @Test
    void aDeletedObjectIsNoticedAndTheOneBeforeIsTaken() throws Exception {
        RunFolder run = copy("deleted-object");
        Files.delete(run.checkpoints().resolve(newest(run).objects().getFirst().path()));
        assertDamagedOnce(resumed(run));
    }

    @Test
    void whenAllAreDamagedItStartsOverFromTheRecipeAndSaysSo() throws Exception {
        RunFolder run = copy("all");
        for (Path object : files(run.checkpoints().resolve("objects"))) {
            flip(object);
        }
        RunReport report = resumed(run);
        assertThat(report.incidents()).isNotEmpty().allSatisfy(incident -> {
            assertThat(incident.kind()).isEqualTo("checkpoint-damaged");
            assertThat(incident.action()).isEqualTo("started over from the recipe");
        });
        assertThat(report.stepsRedone()).isEqualTo(report.steps());
    }

    @Test
    void withAMirrorTheNewestIsReadFromThereAndNoStepIsLost() throws Exception {
        RunFolder run = small.folder("mirrored");
        Path mirror = folder.resolve("mirror");
        perdure("train", small.config(), "--run", run.path(), "--set", "checkpoint.mirror=" + mirror)
                .fine();
        perdure("checkpoint", "rollback", run.path(), "--to", "28").fine();
        Path object = run.checkpoints().resolve(newest(run).objects().getFirst().path());
        byte[] before = Files.readAllBytes(object);
        flip(object);

        RunReport report = resumed(run);
        assertThat(report.stepsRedone()).isEqualTo(2);
        assertThat(report.incidents()).isEmpty();
        perdure("checkpoint", "repair", run.path()).fine();
        assertThat(object).hasBinaryContent(before);
        perdure("checkpoint", "verify", run.path()).fine();
    }

    private static void assertDamagedOnce(RunReport report) {
        assertThat(report.incidents()).singleElement().satisfies(incident -> {
            assertThat(incident.kind()).isEqualTo("checkpoint-damaged");
            assertThat(incident.action()).isEqualTo("went back to step 28");
        });
    }

    private static RunReport resumed(RunFolder run) throws Exception {
        String said = perdure("resume", run.path()).fine();
        assertThat(said).doesNotContain("has finished already");
        RunReport report = RunReport.read(run.reportJson());
        assertThat(report.finished()).isTrue();
        assertThat(report.weightsSha256()).isEqualTo(small.undisturbed().weightsSha256());
        assertThat(report.samplesLost() + report.samplesRepeated()).isZero();
        assertThat(report.incidents()).extracting(Incident::recoverMillis).doesNotContain(Double.NaN);
        return report;
    }

    private static RunFolder copy(String name) throws IOException {
        RunFolder target = small.folder(name);
        try (var files = Files.walk(whole.path())) {
            for (Path file : files.toList()) {
                Files.copy(file, target.path().resolve(whole.path().relativize(file)));
            }
        }
        return target;
    }

    private static Manifest newest(RunFolder run) throws IOException {
        Checkpoints checkpoints = Checkpoints.open(new LocalObjectStore(run.checkpoints()));
        CheckpointInfo info = checkpoints.latest().orElseThrow();
        return checkpoints.manifest(info.name());
    }

    private static Path manifest(RunFolder run) throws IOException {
        return files(run.checkpoints().resolve("checkpoints")).getLast();
    }

    private static List<Path> files(Path store) throws IOException {
        try (var files = Files.list(store)) {
            return files.sorted().toList();
        }
    }

    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 100] ^= 4;
        replace(file, bytes);
    }

    private static void cut(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        replace(file, Arrays.copyOf(bytes, bytes.length / 2));
    }

    /** Objects may be read-only, and one file under two names. */
    private static void replace(Path file, byte[] bytes) throws IOException {
        Files.delete(file);
        Files.write(file, bytes);
    }
}
