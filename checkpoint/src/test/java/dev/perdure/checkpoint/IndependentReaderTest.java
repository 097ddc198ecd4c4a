package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.store.LocalObjectStore;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A reader written from {@code docs/format.md} alone, with nothing but the JDK: it uses no class of the production code. It
 * shows that the page is complete, and that what is written is what the page says.
 */
class IndependentReaderTest {
    private static final int FOOTER_BYTES = 79;
    private static final int BLOCK_BYTES = 1_048_576;
    private static final Map<String, String> SIZES = Map.of(
            "BOOL", "1", "U8", "1", "I8", "1", "I16", "2", "F16", "2", "BF16", "2", "I32", "4", "F32", "4", "I64", "8",
            "F64", "8");

    @TempDir
    Path folder;

    @Test
    void readsTheSameStateFromTheFilesOfACheckpoint() throws Exception {
        State saved = withALargeTensor(States.random(21));
        try (var checkpoints =
                Checkpointer.open(new LocalObjectStore(folder), Tests.options(1).withObjectBytes(4000))) {
            checkpoints
                    .save(10, States.random(20), Map.of("loss", 1.0))
                    .durable()
                    .join();
            checkpoints
                    .save(20, saved, Map.of("heldOutLoss", Double.NaN))
                    .durable()
                    .join();
        }

        Map<String, Object> entries = readNewest();

        assertThat(entries.keySet()).containsExactlyElementsOf(saved.entries().keySet());
        saved.entries()
                .forEach((name, entry) -> assertThat(entries.get(name)).as(name).isEqualTo(asPlainValue(entry)));
    }

    private static State withALargeTensor(State state) {
        byte[] noise = new byte[2 * BLOCK_BYTES + 12];
        new java.util.Random(5).nextBytes(noise);
        TensorData large = TensorData.of(dev.perdure.core.Shape.of(noise.length / 4), new float[noise.length / 4]);
        large.data().copyFrom(java.lang.foreign.MemorySegment.ofArray(noise));
        return State.builder().addAll(state).tensor("model/large.weight", large).build();
    }

    private static Object asPlainValue(State.Entry entry) {
        return switch (entry) {
            case State.Entry.Tensor(TensorData tensor) ->
                tensor.dtype()
                        + tensor.shape().toString()
                        + HexFormat.of().formatHex(tensor.data().toArray(ValueLayout.JAVA_BYTE));
            case State.Entry.Int(long value) -> value;
            case State.Entry.Real(double value) -> value;
            case State.Entry.Text(String value) -> value;
            case State.Entry.Blob blob -> HexFormat.of().formatHex(blob.bytes());
        };
    }

    private Map<String, Object> readNewest() throws Exception {
        Path newest;
        try (var files = Files.list(folder.resolve("checkpoints"))) {
            newest = files.max(Path::compareTo).orElseThrow();
        }
        byte[] manifest = Files.readAllBytes(newest);
        byte[] body = Arrays.copyOf(manifest, manifest.length - FOOTER_BYTES);
        String footer = new String(manifest, body.length, FOOTER_BYTES, StandardCharsets.UTF_8);
        assertThat(footer).isEqualTo("\"digest\": \"" + sha256(body) + "\"\n}\n");
        Map<?, ?> json = (Map<?, ?>) new MiniJson(new String(manifest, StandardCharsets.UTF_8)).read();
        assertThat(json.keySet().stream().map(String::valueOf))
                .containsExactlyInAnyOrder(
                        "perdure-checkpoint", "term", "step", "created", "metrics", "objects", "entries", "digest");
        assertThat(json.get("perdure-checkpoint")).isEqualTo("1");
        assertThat(newest.getFileName().toString())
                .isEqualTo("%010d-%019d"
                        .formatted(Long.parseLong(text(json, "term")), Long.parseLong((String) json.get("step"))));
        return entries(list(json, "objects"), list(json, "entries"));
    }

    private Map<String, Object> entries(List<?> objects, List<?> entries) throws Exception {
        List<byte[]> files = new ArrayList<>();
        List<Integer> at = new ArrayList<>();
        for (Object o : objects) {
            Map<?, ?> object = (Map<?, ?>) o;
            byte[] bytes = Files.readAllBytes(folder.resolve("objects").resolve(text(object, "sha256")));
            assertThat(sha256(bytes)).isEqualTo(object.get("sha256"));
            assertThat(bytes.length).isEqualTo(Integer.parseInt(text(object, "bytes")));
            int headerBytes = Integer.parseInt(text(object, "headerBytes"));
            assertThat(crc32c(bytes, 0, headerBytes)).isEqualTo(object.get("headerCrc32c"));
            files.add(bytes);
            at.add(headerBytes);
        }
        Map<String, Object> values = new LinkedHashMap<>();
        for (Object e : entries) {
            Map<?, ?> entry = (Map<?, ?>) e;
            Object value = entry.containsKey("tensor") ? tensor(entry, files, at) : value(entry);
            assertThat(values.put(text(entry, "name"), value)).isNull();
        }
        for (int i = 0; i < files.size(); i++) {
            assertThat(at.get(i)).isEqualTo(files.get(i).length);
        }
        return values;
    }

    private static Object value(Map<?, ?> entry) {
        assertThat(entry).hasSize(2);
        if (entry.containsKey("int")) {
            return Long.parseLong(text(entry, "int"));
        }
        if (entry.containsKey("real")) {
            return Double.parseDouble(text(entry, "real"));
        }
        return entry.containsKey("text")
                ? text(entry, "text")
                : HexFormat.of().formatHex(Base64.getDecoder().decode(text(entry, "blob")));
    }

    private static String tensor(Map<?, ?> entry, List<byte[]> files, List<Integer> at) {
        assertThat(entry).hasSize(6);
        int object = Integer.parseInt(text(entry, "object"));
        int offset = Integer.parseInt(text(entry, "offset"));
        assertThat(offset).isEqualTo(at.get(object));
        List<Long> shape = list(entry, "shape").stream()
                .map(size -> Long.parseLong((String) size))
                .toList();
        int bytes = (int) (long) shape.stream()
                .reduce((long) Integer.parseInt(text(SIZES, text(entry, "tensor"))), (a, b) -> a * b);
        StringBuilder crcs = new StringBuilder();
        for (int from = 0; from < bytes; from += BLOCK_BYTES) {
            crcs.append(crc32c(files.get(object), offset + from, Math.min(BLOCK_BYTES, bytes - from)));
        }
        assertThat(crcs.toString()).isEqualTo(entry.get("crc32c"));
        at.set(object, offset + bytes);
        checkSafetensors(files.get(object), text(entry, "name"), text(entry, "tensor"), shape, offset, bytes);
        return text(entry, "tensor")
                + shape
                + HexFormat.of().formatHex(Arrays.copyOfRange(files.get(object), offset, offset + bytes));
    }

    /** The object says the same about the tensor in its own header. */
    private static void checkSafetensors(
            byte[] file, String name, String dtype, List<Long> shape, int offset, int bytes) {
        int jsonBytes =
                (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertThat((8 + jsonBytes) % 64).isZero();
        Map<?, ?> header = (Map<?, ?>) new MiniJson(new String(file, 8, jsonBytes, StandardCharsets.UTF_8)).read();
        Map<?, ?> tensor = (Map<?, ?>) member(header, name);
        long begin = offset - 8L - jsonBytes;
        assertThat(tensor.get("dtype")).isEqualTo(dtype);
        assertThat(tensor.get("shape"))
                .isEqualTo(shape.stream().map(String::valueOf).toList());
        assertThat(tensor.get("data_offsets")).isEqualTo(List.of("" + begin, "" + (begin + bytes)));
    }

    private static Object member(Map<?, ?> object, String name) {
        return Objects.requireNonNull(object.get(name), name);
    }

    private static String text(Map<?, ?> object, String name) {
        return (String) member(object, name);
    }

    private static List<?> list(Map<?, ?> object, String name) {
        return (List<?>) member(object, name);
    }

    private static String crc32c(byte[] bytes, int from, int length) {
        var crc = new CRC32C();
        crc.update(bytes, from, length);
        return "%08x".formatted(crc.getValue());
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    /** As much of JSON as there is in a manifest. Numbers stay texts. */
    private static final class MiniJson {
        private final String text;
        private int at;

        MiniJson(String text) {
            this.text = text;
        }

        Object read() {
            skip();
            return switch (text.charAt(at)) {
                case '{' -> object();
                case '[' -> list();
                case '"' -> string();
                default -> number();
            };
        }

        private Map<String, Object> object() {
            Map<String, Object> members = new LinkedHashMap<>();
            at++;
            for (skip(); text.charAt(at) != '}'; skip()) {
                String name = string();
                skip();
                at++; // :
                members.put(name, read());
                skip();
                if (text.charAt(at) == ',') {
                    at++;
                }
            }
            at++;
            return members;
        }

        private List<Object> list() {
            List<Object> items = new ArrayList<>();
            at++;
            for (skip(); text.charAt(at) != ']'; skip()) {
                items.add(read());
                skip();
                if (text.charAt(at) == ',') {
                    at++;
                }
            }
            at++;
            return items;
        }

        private String string() {
            StringBuilder string = new StringBuilder();
            for (at++; text.charAt(at) != '"'; at++) {
                if (text.charAt(at) == '\\') {
                    at++;
                    if (text.charAt(at) == 'u') {
                        string.append((char) Integer.parseInt(text.substring(at + 1, at + 5), 16));
                        at += 4;
                        continue;
                    }
                }
                string.append(text.charAt(at));
            }
            at++;
            return string.toString();
        }

        private String number() {
            int from = at;
            while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return text.substring(from, at);
        }

        private void skip() {
            while (Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }
    }
}
