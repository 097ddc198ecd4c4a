package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.store.LocalObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("soak")
class LargeStateSoakTest {
    @TempDir
    Path folder;

    /** 2 GiB and a bit in one tensor: saved, restored, exported, imported. */
    @Test
    void aTensorOfMoreThanTwoGibibytesSurvives() throws IOException {
        long bytes = (2L << 30) + (1 << 20) + 4;
        try (Arena arena = Arena.ofShared()) {
            TensorData large = TensorData.allocate(arena, DType.U8, Shape.of(bytes));
            for (long at = 0; at + 8 <= bytes; at += 4096) {
                large.data().set(ValueLayout.JAVA_LONG_UNALIGNED, at, at * 0x9E3779B97F4A7C15L);
            }
            large.data().set(ValueLayout.JAVA_BYTE, bytes - 1, (byte) 77);
            State state = State.builder().tensor("model/large", large).build();
            String sha256 = Weights.sha256(state);
            var store = new LocalObjectStore(folder.resolve("store"));
            CheckpointName name;
            try (var checkpoints = Checkpointer.open(store)) {
                name = checkpoints.save(1, state).name();
            }
            large.data().fill((byte) 0);

            assertThat(Checkpoints.open(store).restoreLatest(state)).isPresent();

            assertThat(Weights.sha256(state)).isEqualTo(sha256);
            Path file = folder.resolve("weights.safetensors");
            assertThat(Checkpoints.open(store).exportWeights(name, file)).isEqualTo(sha256);
            MemorySegment imported =
                    Weights.importFile(file, arena).tensor("model/large").data();
            assertThat(imported.mismatch(large.data())).isEqualTo(-1);
        }
    }
}
