package dev.perdure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.checkpoint.CheckpointInfo;
import dev.perdure.checkpoint.Checkpoints;
import dev.perdure.store.LocalObjectStore;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunListener;
import dev.perdure.training.RunOutcome;
import dev.perdure.training.RunReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real workers save their shares of each checkpoint, and are killed while they do: what is on the disk is what one saves. */
class SharedSavesTest {
    private static final String SHARED = "shared-bytes-min:1";
    private static final String SMALL_OBJECTS = "checkpoint.object-bytes=1024";

    @TempDir
    static Path folder;

    private static SmallRun small;
    private static RunReport alone;

    @BeforeAll
    static void trainAlone() throws Exception {
        small = SmallRun.in(folder);
        alone = small.train("alone", List.of(), new RunListener() {}, SMALL_OBJECTS)
                .report();
    }

    @Tag("soak")
    @Test
    void threeWorkersSaveWhatOneSaves() throws Exception {
        RunOutcome outcome =
                small.train("three", List.of(SHARED), new RunListener() {}, SMALL_OBJECTS, "supervision.workers=3");

        assertSame(outcome);
        assertThat(outcome.report().incidents()).isEmpty();
        assertThat(manifests("three")).isEqualTo(manifests("alone"));
        assertThat(store("three").list("parts/")).isEmpty();
        assertThat(store("three").list("saving/")).isEmpty();
    }

    @Tag("soak")
    @Test
    void aWorkerKilledInTheMiddleOfASaveLosesNothing() throws Exception {
        List<String> faults = List.of("put:parts:8", "put:checkpoints:16", "put:parts:20", "put:checkpoints:24");
        RunOutcome outcome = small.train(
                "killed",
                List.of(SHARED, faults.get(0), faults.get(1), faults.get(2), faults.get(3)),
                new RunListener() {},
                SMALL_OBJECTS,
                "supervision.workers=2");

        assertSame(outcome);
        for (String fault : faults) {
            assertThat(folder.resolve("killed." + fault.replace(':', '-'))).exists();
        }
        var checkpoints = Checkpoints.open(store("killed"));
        for (CheckpointInfo info : checkpoints.list()) {
            assertThat(checkpoints.verify(info.name()).damages()).isEmpty();
        }
        assertThat(checkpoints.list().stream().mapToLong(info -> info.name().step()))
                .contains(alone.steps());
    }

    private static void assertSame(RunOutcome outcome) {
        assertThat(outcome.problem()).isEmpty();
        assertThat(outcome.report().weightsSha256()).isEqualTo(alone.weightsSha256());
        assertThat(outcome.report().samplesLost()).isZero();
        assertThat(outcome.report().samplesRepeated()).isZero();
    }

    private static LocalObjectStore store(String name) throws IOException {
        return new LocalObjectStore(new RunFolder(folder.resolve(name)).checkpoints());
    }

    /** Returns the lines of all manifests but those on when and by whom it was saved. */
    private static List<String> manifests(String name) throws IOException {
        try (var files =
                Files.list(new RunFolder(folder.resolve(name)).checkpoints().resolve("checkpoints"))) {
            return files.sorted()
                    .flatMap(SharedSavesTest::lines)
                    .filter(line -> !line.matches("\"(term|created|digest)\": .*"))
                    .toList();
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
