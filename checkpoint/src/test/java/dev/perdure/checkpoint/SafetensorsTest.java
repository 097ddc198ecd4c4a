package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.DType;
import dev.perdure.core.Digests;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.format.Safetensors;
import dev.perdure.format.SafetensorsException;
import dev.perdure.format.SafetensorsHeader;
import dev.perdure.store.MemoryObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    @Test
    void exportsTheWeightsWhoseDigestIsKnownWithoutWriting() throws IOException {
        var store = new MemoryObjectStore();
        State state = States.random(31);
        CheckpointName name = Tests.save(store, 5, state);
        Path file = folder.resolve("weights.safetensors");

        String sha256 = Checkpoints.open(store).exportWeights(name, file);

        assertThat(sha256).isEqualTo(Weights.sha256(state)).isEqualTo(Digests.sha256(Files.readAllBytes(file)));
        try (Arena arena = Arena.ofConfined()) {
            SequencedMap<String, TensorData> tensors = Safetensors.map(file, arena);
            assertThat(tensors.keySet())
                    .containsExactlyInAnyOrder("conv1.bias", "conv1.weight", "fc1.empty", "fc1.weight");
            State imported = Weights.importFile(file, arena);
            assertThat(imported.tensor("model/fc1.weight")
                            .data()
                            .mismatch(state.tensor("model/fc1.weight").data()))
                    .isEqualTo(-1);
            assertThat(Weights.sha256(imported)).isEqualTo(sha256);
        }
        assertThat(Safetensors.header(file).metadata()).containsEntry("format", "pt");
        assertThat(Safetensors.header(file).dataStart() % 64).isZero();
    }

    @Test
    void neverOverwritesAFileAndLeavesNoneBehindWhenAWeightIsDamaged() throws IOException {
        var store = new MemoryObjectStore();
        CheckpointName name = Tests.save(store, 5, States.random(32));
        var checkpoints = Checkpoints.open(store);
        Path file = Files.createFile(folder.resolve("taken"));
        assertThatThrownBy(() -> checkpoints.exportWeights(name, file)).isInstanceOf(FileAlreadyExistsException.class);

        for (String object : store.list(Paths.OBJECTS)) {
            byte[] bytes = store.readAll(object);
            bytes[bytes.length - 1] ^= 1;
            Tests.replace(store, object, bytes);
        }

        assertThatThrownBy(() -> checkpoints.exportWeights(name, folder.resolve("new")))
                .isInstanceOf(CorruptCheckpointException.class);
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void theDigestDoesNotDependOnTheOrderOfEntries() {
        TensorData a = TensorData.of(Shape.of(2), 1f, 2f);
        TensorData b = TensorData.of(Shape.of(1), 3L);
        State one = State.builder().tensor("model/a", a).tensor("model/b", b).build();
        State other = State.builder()
                .tensor("model/b", b)
                .tensor("optimizer/a", a)
                .tensor("model/a", a)
                .build();

        assertThat(Weights.sha256(one)).isEqualTo(Weights.sha256(other));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "0 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | 0 bytes of tensors (expected: 4",
                "8 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}} | 8 bytes of tensors (expected: 4",
                "8 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | begins at 4, a gap",
                "8 | {\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}} | an overlap",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}} | (expected: 8 for F32 [2])",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}} | (expected: 4 for F32 [1])",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}} | -1 (expected: 0 to",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}} | expected: a whole number",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,4]}} | 3 data_offsets (expected: 2)",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,4]}} | overflow",
                "4 | {\"a\":{\"dtype\":\"F99\",\"shape\":[1],\"data_offsets\":[0,4]}} | dtype 'F99' (expected: one of BOOL",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"x\":1}} | unknown member 'x'",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1]}} | 0 data_offsets (expected: 2)",
                "4 | {\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}} | 'dtype' is missing",
                "4 | {\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,4]}} | 'a' is given twice",
                "0 | {\"__metadata__\":{\"a\":1}} | expected: a text",
                "0 | {} {} | something follows the end",
                "0 | [1] | does not begin with '{'",
                "0 | {\"a\": | end-of-input",
            })
    void refusesMalformedHeaders(int dataBytes, String json, String problem) throws IOException {
        Path file = file(json.getBytes(StandardCharsets.UTF_8), json.length(), dataBytes);

        assertThatThrownBy(() -> Safetensors.header(file))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining(problem);
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "-1", "3", "100000001", "9223372036854775807", "-9223372036854775808"})
    void refusesAbsurdLengths(long length) throws IOException {
        Path file = file("{}".getBytes(StandardCharsets.UTF_8), length, 0);

        assertThatThrownBy(() -> Safetensors.header(file))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageContaining("header of");
    }

    @Test
    void refusesAFileTooShortForALengthAndTextThatIsNotUtf8() throws IOException {
        Path shortFile = Files.write(folder.resolve("short"), new byte[7]);
        assertThatThrownBy(() -> Safetensors.header(shortFile)).isInstanceOf(SafetensorsException.class);

        byte[] bad = "{\"\u0001\":{}}".getBytes(StandardCharsets.UTF_8);
        bad[2] = (byte) 0xFF;
        Path file = file(bad, bad.length, 0);
        assertThatThrownBy(() -> Safetensors.header(file)).isInstanceOf(SafetensorsException.class);
    }

    /** Whatever the bytes: a header that holds together, or the one declared exception. */
    @Test
    void onlyTheDeclaredExceptionComesOfDamagedFiles() throws IOException {
        Path file = folder.resolve("weights");
        Safetensors.write(file, Weights.of(States.random(33)));
        byte[] whole = Files.readAllBytes(file);
        Path damaged = folder.resolve("damaged");
        for (long seed = 0; seed < 3000; seed++) {
            Files.write(damaged, Fuzz.damage(whole, 600, new Random(seed)));
            try {
                SafetensorsHeader header = Safetensors.header(damaged);
                long tensorBytes = header.tensors().stream()
                        .mapToLong(SafetensorsHeader.Slot::bytes)
                        .sum();
                assertThat(header.dataStart() + tensorBytes).as("seed %d", seed).isEqualTo(Files.size(damaged));
            } catch (SafetensorsException e) {
                assertThat(e.getMessage()).contains("not a safetensors file");
            }
        }
    }

    @Test
    void writesEveryTypeAndReadsItBack() throws IOException {
        Path file = folder.resolve("types");
        try (Arena arena = Arena.ofConfined()) {
            var tensors = new java.util.TreeMap<String, TensorData>();
            for (DType dtype : DType.values()) {
                TensorData tensor = TensorData.allocate(arena, dtype, Shape.of(3, 1));
                tensor.data().fill((byte) dtype.name().hashCode());
                tensors.put(dtype.name(), tensor);
            }
            Safetensors.write(file, tensors);
            Safetensors.map(file, arena).forEach((name, tensor) -> {
                assertThat(tensor.dtype()).isEqualTo(DType.valueOf(name));
                assertThat(tensor.shape()).isEqualTo(Shape.of(3, 1));
                assertThat(tensor.data().toArray(ValueLayout.JAVA_BYTE)).containsOnly((byte) name.hashCode());
            });
        }
    }

    private Path file(byte[] json, long length, int dataBytes) throws IOException {
        byte[] bytes = new byte[8 + json.length + dataBytes];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length).put(json);
        return Files.write(folder.resolve("malformed"), bytes);
    }
}
