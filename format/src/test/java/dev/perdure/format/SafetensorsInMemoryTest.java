package dev.perdure.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.Digests;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsInMemoryTest {
    @TempDir
    Path folder;

    private static SequencedMap<String, TensorData> tensors() {
        var tensors = new TreeMap<String, TensorData>();
        tensors.put("b", TensorData.of(Shape.of(2, 2), 1f, 2f, 3f, 4f));
        tensors.put("a", TensorData.of(Shape.of(3), 5L, 6L, 7L));
        tensors.put("empty", TensorData.of(Shape.of(0), new float[0]));
        return tensors;
    }

    private static byte[] file() throws IOException {
        var bytes = new ByteArrayOutputStream();
        for (MemorySegment piece : Safetensors.pieces(tensors())) {
            bytes.write(piece.toArray(ValueLayout.JAVA_BYTE));
        }
        return bytes.toByteArray();
    }

    private static MemorySegment at(SequencedMap<String, TensorData> tensors, String name) {
        return Objects.requireNonNull(tensors.get(name)).data();
    }

    @Test
    void piecesAreTheFileThatIsWritten() throws IOException {
        Path written = folder.resolve("x.safetensors");
        String sha256 = Safetensors.write(written, tensors());
        assertThat(Files.readAllBytes(written)).isEqualTo(file());
        assertThat(sha256).isEqualTo(Safetensors.sha256(tensors())).isEqualTo(Digests.sha256(file()));
    }

    @Test
    void whatIsViewedIsWhatWasWrittenAndLiesInTheFilesMemory() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment file = arena.allocate(file().length, 64).copyFrom(MemorySegment.ofArray(file()));
            SequencedMap<String, TensorData> viewed = Safetensors.view("x", file);
            assertThat(viewed.keySet()).containsExactlyElementsOf(tensors().keySet());
            tensors()
                    .forEach((name, tensor) ->
                            assertThat(at(viewed, name).mismatch(tensor.data())).isEqualTo(-1));
            file.fill((byte) 0);
            assertThat(at(viewed, "b").get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0)).isZero();
        }
    }

    @Test
    void everyCutIsRefused() throws IOException {
        byte[] whole = file();
        for (int length = 0; length < whole.length; length++) {
            MemorySegment cut = MemorySegment.ofArray(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Safetensors.view("cut", cut))
                    .as("cut at %d", length)
                    .isInstanceOf(SafetensorsException.class)
                    .hasMessageContaining("cut: not a safetensors file");
        }
    }
}
