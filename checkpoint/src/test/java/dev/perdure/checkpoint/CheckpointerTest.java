package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.store.LocalObjectStore;
import dev.perdure.store.MemoryObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointerTest {
    @TempDir
    Path folder;

    @Test
    void restoresWhatWasSavedFromALocalDisk() throws IOException {
        var store = new LocalObjectStore(folder);
        State saved = States.random(1);
        try (var checkpoints = Checkpointer.open(store)) {
            assertThat(checkpoints.restoreLatest(States.zeros())).isEmpty();
            checkpoints.save(100, saved, Map.of("heldOutLoss", 0.5));
        }
        try (var checkpoints = Checkpointer.open(store)) {
            Restored restored = checkpoints.restoreLatest(States.zeros()).orElseThrow();

            assertThat(restored.name()).isEqualTo(new CheckpointName(1, 100));
            assertThat(restored.metrics()).containsEntry("heldOutLoss", 0.5);
            assertThat(restored.skipped()).isEmpty();
            States.assertSame(restored.state(), saved);
            assertThat(checkpoints.term()).isEqualTo(2);
        }
    }

    @Test
    void savesWhatTheTensorsHeldWhenAwaitCapturedReturned() throws IOException {
        var store = new MemoryObjectStore();
        State state = States.random(2);
        State asItWas = States.copyOf(state);
        try (var checkpoints = Checkpointer.open(store)) {
            checkpoints.save(1, state);
            checkpoints.awaitCaptured();
            States.fill(state, (byte) 0x55);
        }
        States.assertSame(restore(store), asItWas);
    }

    @Test
    void savesLaterBytesWhenTensorsChangeBetweenSaves() throws IOException {
        var store = new MemoryObjectStore();
        State state = States.random(3);
        try (var checkpoints = Checkpointer.open(store)) {
            checkpoints.save(1, state);
            checkpoints.awaitCaptured();
            States.fill(state, (byte) 0x55);
            checkpoints.save(2, state);
        }
        States.assertSame(restore(store), state);
    }

    @Test
    void writesAFrozenLayerOnce() throws IOException {
        try (Arena arena = Arena.ofShared();
                var checkpoints = Checkpointer.open(
                        new MemoryObjectStore(), CheckpointerOptions.defaults().withObjectBytes(1 << 16))) {
            TensorData frozen = TensorData.allocate(arena, DType.F32, Shape.of(10_000));
            TensorData trained = TensorData.allocate(arena, DType.F32, Shape.of(10_000));
            State state = State.builder()
                    .tensor("model/frozen.weight", frozen)
                    .tensor("model/trained.weight", trained)
                    .build();
            SavedCheckpoint first = checkpoints.save(1, state).durable().join();
            trained.data().fill((byte) 1);
            SavedCheckpoint second = checkpoints.save(2, state).durable().join();

            assertThat(first.bytesReused()).isZero();
            assertThat(first.bytesWritten()).isBetween(80_000L, 81_000L);
            assertThat(second.bytesWritten()).isBetween(40_000L, 40_500L);
            assertThat(second.bytesReused()).isBetween(40_000L, 40_500L);
        }
    }

    @Test
    void refusesAStateThatDoesNotFitAndChangesNothing() throws IOException {
        var store = new MemoryObjectStore();
        try (var checkpoints = Checkpointer.open(store)) {
            checkpoints.save(1, States.random(4));
        }
        State other = State.builder()
                .tensor("model/conv1.weight", TensorData.of(Shape.of(2), 1f, 2f))
                .tensor("model/conv9.bias", TensorData.of(Shape.of(1), 3f))
                .build();

        assertThatThrownBy(() -> Checkpoints.open(store).restoreLatest(other))
                .isInstanceOf(BadSettingException.class)
                .hasMessageContaining("tensor model/conv1.weight: F32 [8, 1, 3, 3] in the checkpoint")
                .hasMessageContaining("tensor model/conv9.bias: not in the checkpoint");
        assertThat(other.tensor("model/conv9.bias").data().get(java.lang.foreign.ValueLayout.JAVA_FLOAT, 0))
                .isEqualTo(3f);
    }

    @Test
    void aReplacedWriterIsToldSoAndNeverWins() throws IOException {
        var store = new MemoryObjectStore();
        var old = Checkpointer.open(store);
        State newer = States.random(6);
        try (var current = Checkpointer.open(store)) {
            current.save(5, newer);
        }
        old.save(900, States.random(5));

        assertThatThrownBy(old::close)
                .isInstanceOf(CheckpointConflictException.class)
                .hasMessageContaining("another has taken term 2");
        States.assertSame(restore(store), newer);
    }

    private static State restore(MemoryObjectStore store) throws IOException {
        return Checkpoints.open(store)
                .restoreLatest(States.zeros())
                .orElseThrow()
                .state();
    }
}
