package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.State;
import dev.perdure.store.MemoryObjectStore;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class WithdrawalTest {
    private final MemoryObjectStore store = new MemoryObjectStore();

    private void save(State state, long... steps) throws IOException {
        try (var checkpoints = Checkpointer.open(store)) {
            for (long step : steps) {
                checkpoints.save(step, state);
                checkpoints.awaitCaptured();
            }
        }
    }

    private Restored newest() throws IOException {
        return Checkpoints.open(store).restoreLatest(States.zeros()).orElseThrow();
    }

    @Test
    void whatWasWithdrawnIsNeverRestoredAndItsStepMayBeSavedAgainWithOtherContent() throws IOException {
        State right = States.random(1);
        save(right, 4);
        save(States.random(2), 8, 12);

        assertThat(Checkpoints.open(store).withdrawAfter(4))
                .containsExactly(new CheckpointName(2, 12), new CheckpointName(2, 8));

        Restored restored = newest();
        assertThat(restored.step()).isEqualTo(4);
        States.assertSame(restored.state(), right);
        State again = States.random(3);
        save(again, 8);
        assertThat(newest().name()).isEqualTo(new CheckpointName(3, 8));
        States.assertSame(newest().state(), again);
    }

    @Test
    void whenNothingIsRightNothingIsLeft() throws IOException {
        save(States.random(1), 4, 8);
        assertThat(Checkpoints.open(store).withdrawAfter(-1)).hasSize(2);
        assertThat(Checkpoints.open(store).restoreLatest(States.zeros())).isEmpty();
        assertThat(Checkpoints.open(store).withdrawAfter(-1)).isEqualTo(List.of());
    }
}
