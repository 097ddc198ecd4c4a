package dev.perdure.format;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The first part of a safetensors file: which tensor lies where.
 *
 * @param dataStart where the tensors' bytes begin, from the start of the file
 * @param tensors in the order of their bytes
 * @param metadata what {@code __metadata__} holds
 */
public record SafetensorsHeader(long dataStart, List<Slot> tensors, SequencedMap<String, String> metadata) {
    /** The longest JSON that the published format allows. */
    public static final int JSON_BYTES_MAX = 100_000_000;

    public static final int LENGTH_BYTES = 8;
    private static final int ALIGNMENT = 64;
    private static final String METADATA = "__metadata__";

    /**
     * A tensor's place.
     *
     * @param begin its first byte, from {@link #dataStart}
     */
    public record Slot(String name, DType dtype, Shape shape, long begin) {
        public long bytes() {
            return shape.elements() * dtype.bytes();
        }

        long end() {
            return begin + bytes();
        }
    }

    /** Lays tensors one after the other, in the map's order. */
    public static List<Slot> place(SequencedMap<String, TensorData> tensors) {
        var slots = new ArrayList<Slot>();
        long at = 0;
        for (Map.Entry<String, TensorData> entry : tensors.entrySet()) {
            var slot = new Slot(
                    entry.getKey(), entry.getValue().dtype(), entry.getValue().shape(), at);
            slots.add(slot);
            at = slot.end();
        }
        return slots;
    }

    /**
     * Returns the start of a file: length, JSON, and spaces so that the tensors begin at a multiple of 64.
     *
     * @param tensors one after the other
     */
    public static byte[] encode(List<Slot> tensors, SequencedMap<String, String> metadata) {
        var json = new StringBuilder(64 + 96 * tensors.size()).append('{');
        if (!metadata.isEmpty()) {
            json.append('"').append(METADATA).append("\":{");
            metadata.forEach((key, value) -> {
                comma(json);
                Json.quote(Json.quote(json, key).append(':'), value);
            });
            json.append('}');
        }
        for (Slot tensor : tensors) {
            comma(json);
            Json.quote(json, tensor.name()).append(":{\"dtype\":\"").append(tensor.dtype());
            appendSizes(json.append("\",\"shape\":"), tensor.shape());
            json.append(",\"data_offsets\":[").append(tensor.begin()).append(',');
            json.append(tensor.end()).append("]}");
        }
        return padded(json.append('}').toString().getBytes(StandardCharsets.UTF_8));
    }

    public static StringBuilder appendSizes(StringBuilder json, Shape shape) {
        json.append('[');
        for (int d = 0; d < shape.dimensions(); d++) {
            json.append(d == 0 ? "" : ",").append(shape.size(d));
        }
        return json.append(']');
    }

    private static void comma(StringBuilder json) {
        if (json.charAt(json.length() - 1) != '{') {
            json.append(',');
        }
    }

    private static byte[] padded(byte[] json) {
        int total = Math.ceilDiv(LENGTH_BYTES + json.length, ALIGNMENT) * ALIGNMENT;
        byte[] header = new byte[total];
        Arrays.fill(header, (byte) ' ');
        ByteBuffer.wrap(header)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(total - LENGTH_BYTES)
                .put(json);
        return header;
    }

    /**
     * Returns the length of the JSON.
     *
     * @param first the first 8 bytes of the file
     * @throws SafetensorsException if the file cannot be that long
     */
    static int jsonBytes(String source, byte[] first, long fileBytes) throws SafetensorsException {
        if (first.length < LENGTH_BYTES) {
            throw new SafetensorsException(source, "%d bytes (expected: at least 8)".formatted(fileBytes));
        }
        long length = ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > JSON_BYTES_MAX || length > fileBytes - LENGTH_BYTES) {
            throw new SafetensorsException(
                    source,
                    "header of %s bytes in a file of %d (expected: 2 to %d, within the file)"
                            .formatted(Long.toUnsignedString(length), fileBytes, JSON_BYTES_MAX));
        }
        return (int) length;
    }

    /**
     * Reads the JSON and checks it against the file: names given once, known types, shapes that fit their bytes, bytes
     * that follow each other from first to last without gap or overlap.
     *
     * @throws SafetensorsException if it is malformed
     */
    public static SafetensorsHeader decode(String source, byte[] json, long fileBytes) throws SafetensorsException {
        try {
            return decode(json, fileBytes);
        } catch (IOException | ArithmeticException | IllegalArgumentException e) {
            throw new SafetensorsException(source, String.valueOf(e.getMessage()));
        }
    }

    private static SafetensorsHeader decode(byte[] bytes, long fileBytes) throws IOException {
        if (bytes[0] != '{') {
            throw new IOException("the header does not begin with '{'");
        }
        var slots = new ArrayList<Slot>();
        var metadata = new LinkedHashMap<String, String>();
        Json json = Json.open(Json.decode(bytes));
        json.object(name -> {
            if (name.equals(METADATA)) {
                json.object(key -> metadata.put(key, json.text()));
            } else {
                slots.add(slot(json, name));
            }
        });
        json.end();
        slots.sort(Comparator.comparingLong(Slot::begin).thenComparingLong(Slot::end));
        long dataStart = LENGTH_BYTES + (long) bytes.length;
        checkTiling(slots, fileBytes - dataStart);
        return new SafetensorsHeader(dataStart, List.copyOf(slots), metadata);
    }

    private static Slot slot(Json json, String name) throws IOException {
        var found = new Object() {
            @Nullable
            DType dtype;

            @Nullable
            Shape shape;

            final List<Long> offsets = new ArrayList<>();
        };
        json.object(member -> {
            switch (member) {
                case "dtype" -> found.dtype = dtype(json.text(), name);
                case "shape" -> found.shape = shape(json);
                case "data_offsets" -> json.list(() -> found.offsets.add(json.whole(0, Long.MAX_VALUE)));
                default -> throw new IOException("tensor '%s': unknown member '%s'".formatted(name, member));
            }
        });
        if (found.offsets.size() != 2) {
            throw new IOException("tensor '%s': %d data_offsets (expected: 2)".formatted(name, found.offsets.size()));
        }
        var slot = new Slot(
                name,
                Json.required(found.dtype, "dtype"),
                Json.required(found.shape, "shape"),
                found.offsets.getFirst());
        long bytes =
                Math.multiplyExact(slot.shape().elements(), (long) slot.dtype().bytes());
        if (found.offsets.getLast() - slot.begin() != bytes) {
            throw new IOException("tensor '%s': bytes %s (expected: %d for %s %s)"
                    .formatted(name, found.offsets, bytes, slot.dtype(), slot.shape()));
        }
        return slot;
    }

    public static Shape shape(Json json) throws IOException {
        var sizes = new ArrayList<Long>();
        json.list(() -> sizes.add(json.whole(0, Long.MAX_VALUE)));
        return Shape.of(sizes.stream().mapToLong(Long::longValue).toArray());
    }

    public static DType dtype(String name, String tensor) throws IOException {
        for (DType dtype : DType.values()) {
            if (dtype.name().equals(name)) {
                return dtype;
            }
        }
        String known = Stream.of(DType.values()).map(DType::name).collect(Collectors.joining(", "));
        throw new IOException("tensor '%s': dtype '%s' (expected: one of %s)".formatted(tensor, name, known));
    }

    private static void checkTiling(List<Slot> slots, long dataBytes) throws IOException {
        long at = 0;
        for (Slot slot : slots) {
            if (slot.begin() != at) {
                throw new IOException("tensor '%s' begins at %d, %s (expected: at %d, where the one before it ends)"
                        .formatted(slot.name(), slot.begin(), slot.begin() < at ? "an overlap" : "a gap", at));
            }
            at = slot.end();
        }
        if (at != dataBytes) {
            throw new IOException("%d bytes of tensors (expected: %d by the header)".formatted(dataBytes, at));
        }
    }
}
