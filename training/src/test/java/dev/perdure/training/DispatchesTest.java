package dev.perdure.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
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
            dispatches.tell(new TrainingEvent.StepApplied(step, 1, 0.5, 0.9, 0.1, 1, 64, 16));
        }
    }

    @Test
    void theFirstStepIsToldAtOnceAndTheOthersTogetherAndNoneIsLost() {
        steps(1, 9, 20);
        dispatches.flush();
        assertThat(sent).containsExactly(List.of(1L), List.of(2L, 3L, 4L), List.of(5L, 6L, 7L), List.of(8L, 9L));
    }

    @Test
    void stepsThatTakeLongAreToldOneByOne() {
        steps(1, 3, 60);
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
}
