package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DispatchesTest {
    private static final long MS = 1_000_000;

    private final List<List<Long>> sent = new ArrayList<>();
    private long now;
    private final Dispatches dispatches = new Dispatches(() -> now, this::sends);

    private void sends(String lines) {
        sent.add(lines.lines()
                .map(line -> EventLines.parse(line).orElseThrow())
                .map(event -> event instanceof TrainingEvent.StepApplied applied ? applied.step() : -1L)
                .toList());
    }

    private void steps(long first, long last, long millisEach) {
        for (long step = first; step <= last; step++) {
            now += millisEach * MS;
            dispatches.tell(step(step));
            if (dispatches.untilDue() <= 0) {
                dispatches.flush(); // as its thread does
            }
        }
    }

    private static TrainingEvent step(long step) {
        return new TrainingEvent.StepApplied(step, 1, 0.5, 0.9, 0.1, 1, 64, 16);
    }

    @Test
    void theFirstStepIsToldAtOnceAndTheOthersTogetherAndNoneIsLost() {
        steps(1, 9, 40);
        dispatches.flush();
        assertThat(sent).containsExactly(List.of(1L), List.of(2L, 3L, 4L), List.of(5L, 6L, 7L), List.of(8L, 9L));
    }

    @Test
    void stepsThatTakeLongAreToldOneByOne() {
        steps(1, 3, 120);
        assertThat(sent).containsExactly(List.of(1L), List.of(2L), List.of(3L));
    }

    @Test
    void whatIsNoStepIsToldAtOnceAfterTheStepsBeforeIt() {
        steps(1, 3, 1);
        dispatches.tell(new TrainingEvent.Warned("few samples"));
        assertThat(sent).containsExactly(List.of(1L), List.of(2L, 3L, -1L));
    }

    @Test
    void theFirstStepOfANewTeamIsToldAtOnce() {
        steps(1, 2, 1);
        dispatches.hurry();
        dispatches.tell(new TrainingEvent.Warned("another team"));
        steps(3, 4, 1);
        assertThat(sent).containsExactly(List.of(1L), List.of(2L, -1L), List.of(3L));
    }

    @Test
    void whereThereIsNothingToTellNothingIsSent() {
        dispatches.flush();
        assertThat(sent).isEmpty();
    }

    @Test
    void whatWaitsIsToldInTimeByAThreadOfItsOwn() throws InterruptedException {
        var told = new LinkedBlockingQueue<String>();
        var live = new Dispatches(System::nanoTime, told::add);
        Thread thread = Thread.ofPlatform().daemon().start(live::run);
        live.tell(step(1));
        live.tell(step(2));
        assertThat(told.poll(10, TimeUnit.SECONDS)).contains("\"step\":1");
        assertThat(told.poll(10, TimeUnit.SECONDS)).contains("\"step\":2");
        thread.interrupt();
        assertThat(thread.join(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void figuresAreKeptBeforeTheyAreToldAndNothingElseIs() {
        var kept = new ArrayList<String>();
        dispatches.tell(step(1));
        dispatches.tell(step(2));
        dispatches.writesTo(lines -> {
            var before = List.copyOf(sent);
            sends(lines.getFirst());
            assertThat(before).isNotEmpty().doesNotContain(sent.removeLast());
            kept.addAll(lines);
        });
        dispatches.tell(step(3));
        dispatches.flush();
        dispatches.tell(new TrainingEvent.Warned("few samples"));
        dispatches.tell(step(4));
        dispatches.writesTo(null);
        steps(5, 5, 1);
        dispatches.flush();
        assertThat(kept).containsExactly(EventLines.format(step(3)), EventLines.format(step(4)));
        assertThat(sent).containsExactly(List.of(1L), List.of(2L), List.of(3L), List.of(-1L), List.of(4L), List.of(5L));
    }

    @Test
    void whoeverTellsTheNextFigureLearnsThatTheLastWasNotKept() {
        dispatches.writesTo(_ -> {
            throw UnwritableException.of(new RunFolder(Path.of("run")), new IOException("disk full"));
        });
        assertThatThrownBy(() -> dispatches.tell(step(1))).hasMessageContaining("disk full");
        dispatches.tell(step(2));
        dispatches.tell(new TrainingEvent.Warned("told, and writes nothing"));
        assertThatThrownBy(() -> dispatches.tell(step(3))).hasMessageContaining("disk full");
        dispatches.tell(step(4));
        assertThatThrownBy(dispatches::flush).hasMessageContaining("disk full");
        assertThat(sent).containsExactly(List.of(1L), List.of(2L, -1L), List.of(3L, 4L));
    }
}
