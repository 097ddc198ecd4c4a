package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BookkeepingTest {
    @TempDir
    Path folder;

    @Test
    void theSampleLedgerCountsWhatWasLostAndWhatWasRepeated() {
        var ledger = new SampleLedger(4);
        for (int sample : new int[] {10, 11, 11, 13}) {
            ledger.consume(sample);
        }
        ledger.endEpoch();
        for (int sample : new int[] {10, 11, 12, 13}) {
            ledger.consume(sample);
        }
        ledger.endEpoch();

        assertThat(ledger.seen()).isEqualTo(8);
        assertThat(ledger.lost()).isEqualTo(1);
        assertThat(ledger.repeated()).isEqualTo(1);
    }

    @Test
    void theSampleLedgerGoesOnFromAStateInTheMiddleOfAnEpoch() {
        var before = new SampleLedger(3);
        before.consume(0);
        before.consume(2);
        var state = State.builder();
        before.addTo(state);
        var after = new SampleLedger(3);
        after.restore(state.build());
        after.consume(2);
        after.consume(1);
        after.endEpoch();

        assertThat(after.seen()).isEqualTo(4);
        assertThat(after.repeated()).isEqualTo(1);
        assertThat(after.lost()).isZero();
    }

    @Test
    void progressOutlivesItsWriterAndCountsStepsDoneAgain() throws IOException {
        Path file = folder.resolve("progress");
        try (var progress = ProgressFile.open(file)) {
            progress.restored(0);
            for (long step = 1; step <= 10; step++) {
                progress.applied(step);
            }
            progress.book(Purpose.COMPUTE, 700);
            progress.addWall(1000);
        }
        try (var progress = ProgressFile.open(file)) {
            progress.restored(6);
            for (long step = 7; step <= 12; step++) {
                progress.applied(step);
            }
            assertThat(progress.step()).isEqualTo(12);
            assertThat(progress.stepHighest()).isEqualTo(12);
            assertThat(progress.stepsRedone()).isEqualTo(4);
            assertThat(progress.restores()).isEqualTo(1);
            assertThat(progress.ledger()).containsEntry(Purpose.COMPUTE, 700L).containsEntry(Purpose.IDLE, 300L);
            assertThat(progress.ledger().values().stream().mapToLong(n -> n).sum())
                    .isEqualTo(1000);
        }
    }

    @Test
    void refusesAProgressFileThatIsNone() throws IOException {
        Path file = folder.resolve("progress");
        Files.writeString(file, "something else");
        assertThatThrownBy(() -> ProgressFile.open(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a progress file");
    }

    @Test
    void metricsTellOnlyOfTheStepsThatTheWeightsWentThrough() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        write(file, 0, steps(1, 5, 1.0));
        Files.writeString(file, "{\"event\":\"step\",\"st", java.nio.file.StandardOpenOption.APPEND);
        write(file, 6, List.of(step(4, 2.0)));
        assertThat(Metrics.read(file)).isEqualTo(List.of(step(1, 1.0), step(2, 1.0), step(3, 1.0), step(4, 2.0)));
    }

    @Test
    void metricsOfAnyLengthAreCutAfterAnyPosition() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        for (int steps : new int[] {1, 2, 90, 1000}) {
            for (int last : new int[] {0, 1, steps / 3, steps - 1, steps, steps + 7}) {
                Files.deleteIfExists(file);
                write(file, 0, steps(1, steps, 1.0));
                try (var metrics = Metrics.openAfter(2L * last, file)) {
                    assertThat(metrics.last()).as("%d of %d", last, steps).isEqualTo(2L * Math.min(last, steps));
                }
                assertThat(Metrics.read(file))
                        .as("%d of %d", last, steps)
                        .isEqualTo(steps(1, Math.min(last, steps), 1.0));
            }
        }
    }

    @Test
    void anEpochIsToldOfOnceWhoeverEvaluatesIt() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        var ended = new TrainingEvent.EpochEnded(1, 2, 0.1, 0.9, 0.2, 0.8, 2, 100);
        write(file, 0, List.of(step(1, 1.0), step(2, 1.0), ended));
        write(file, 4, List.of(ended, step(3, 1.0)));
        write(file, 5, List.of(step(3, 2.0)));
        assertThat(Metrics.read(file)).isEqualTo(List.of(step(1, 1.0), step(2, 1.0), ended, step(3, 2.0)));
    }

    @Test
    void whatALeaderHadNoTimeToWriteItsSuccessorHas() {
        var recent = new RecentFigures();
        var ended = new TrainingEvent.EpochEnded(1, 3, 0.1, 0.9, 0.2, 0.8, 2, 100);
        steps(1, 3, 1.0).forEach(recent::add);
        recent.add(ended);
        steps(4, 6, 1.0).forEach(recent::add);
        assertThat(recent.between(4, 10)).containsExactly(step(3, 1.0), ended, step(4, 1.0), step(5, 1.0));
        assertThat(recent.between(12, 12)).isEmpty();
        recent.add(step(3, 2.0)); // back to the second step, and on from there
        assertThat(recent.between(0, 100)).containsExactly(step(1, 1.0), step(2, 1.0), step(3, 2.0));
        recent.clear();
        assertThat(recent.between(0, 100)).isEmpty();
        steps(1, 5000, 1.0).forEach(recent::add);
        assertThat(recent.between(0, 10_000)).hasSize(256).endsWith(step(5000, 1.0));
    }

    private static void write(Path file, long after, List<TrainingEvent> events) throws IOException {
        try (var metrics = Metrics.openAfter(after, file)) {
            metrics.write(events.stream().map(EventLines::format).toList());
        }
    }

    private static List<TrainingEvent> steps(int first, int last, double loss) {
        return IntStream.rangeClosed(first, last)
                .mapToObj(step -> step(step, loss))
                .toList();
    }

    private static TrainingEvent step(long step, double loss) {
        return new TrainingEvent.StepApplied(step, 1, loss, 0.5, 0.001, 1.25, 64, 16);
    }

    @Test
    void everyEventSurvivesItsLine() {
        List<TrainingEvent> events = List.of(
                new TrainingEvent.Started("engine", "digest", 8, 2, 100, 10, 5, Double.NaN),
                new TrainingEvent.Restored(3, 1.5, List.of("a\nb")),
                step(4, Double.NaN),
                new TrainingEvent.EpochEnded(1, 5, 0.1, 0.9, Double.NaN, Double.NaN, 2, Double.NaN),
                new TrainingEvent.Saved(5, 1, 2, 3, 4),
                new TrainingEvent.SaveFailed(5, "disk full", true),
                new TrainingEvent.Warned("few samples"),
                new TrainingEvent.Finished(10, 2, 0.1, 0.2, 0.9, 0.2, 0.8, "abc", 16, 0, 0, null),
                new TrainingEvent.Failed(5, "diverged", "NaN", 7L),
                new TrainingEvent.Failed(2, "bad-setting", "x", null));
        for (TrainingEvent event : events) {
            String line = EventLines.format(event);
            assertThat(line).doesNotContain("\n");
            assertThat(EventLines.parse(line)).contains(event);
        }
        assertThat(EventLines.parse("Warning: something native")).isEmpty();
    }
}
