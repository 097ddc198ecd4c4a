package dev.perdure.oip;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.core.Shape;
import dev.perdure.format.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;

/** Reads a tensor's elements from JSON, as one list or as lists within lists, into the layout of their type. */
final class JsonData {
    private final Json json;
    private final String tensor;
    private final Datatype datatype;
    private final Shape shape;
    private ByteBuffer bytes;
    private long read;

    /**
     * @param room how many bytes to take at first; more are taken only when they are there
     */
    private JsonData(Json json, String tensor, Datatype datatype, Shape shape, int room) {
        this.json = json;
        this.tensor = tensor;
        this.datatype = datatype;
        this.shape = shape;
        this.bytes = ByteBuffer.allocate(room).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Reads the list that {@code json} stands on.
     *
     * @param textBytes the size of the JSON, in which every element has two bytes at least
     * @return a buffer over a heap array, from 0 to its limit
     */
    static ByteBuffer read(Json json, String tensor, Datatype datatype, Shape shape, long textBytes)
            throws IOException {
        if (!datatype.inJson()) {
            throw OipException.invalid(
                    "tensor %s: %s in JSON (expected: as binary data, with the parameter binary_data_size)",
                    Texts.shown(tensor), datatype);
        }
        long elements = Math.min(shape.elements(), textBytes / 2 + 1);
        var data = new JsonData(json, tensor, datatype, shape, Math.toIntExact(elements * datatype.bytesMin()));
        data.readList(0);
        data.checkCount();
        return data.bytes.flip();
    }

    private void readList(int depth) throws IOException {
        long[] items = {0};
        boolean[] nested = {false};
        json.list(() -> {
            if (items[0]++ == 0) {
                nested[0] = json.atList();
            }
            if (json.atList() != nested[0]) {
                throw new IOException("a list beside numbers (expected: all lists, or none)");
            }
            if (nested[0]) {
                readList(within(depth));
            } else {
                readElement();
            }
        });
        boolean flat = depth == 0 && !nested[0];
        if (!flat && items[0] != shape.size(depth)) {
            throw new IOException(
                    "%d items (expected: %d, as shape %s has it)".formatted(items[0], shape.size(depth), shape));
        }
        if (!flat && !nested[0] && items[0] > 0 && depth != shape.dimensions() - 1) {
            throw new IOException("%d lists within each other (expected: 1 or %d, for shape %s)"
                    .formatted(depth + 1, shape.dimensions(), shape));
        }
    }

    private int within(int depth) throws IOException {
        if (depth + 1 >= shape.dimensions()) {
            throw new IOException("%d lists within each other (expected: 1 or %d, for shape %s)"
                    .formatted(depth + 2, shape.dimensions(), shape));
        }
        return depth + 1;
    }

    private void checkCount() {
        if (read != shape.elements()) {
            throw OipException.invalid(
                    "tensor %s: %d elements (expected: %d, which shape %s has)",
                    Texts.shown(tensor), read, shape.elements(), shape);
        }
    }

    private void readElement() throws IOException {
        if (++read > shape.elements()) {
            throw new IOException(
                    "one element more (expected: %d, which shape %s has)".formatted(shape.elements(), shape));
        }
        switch (datatype) {
            case BOOL -> bytes.put((byte) (json.truth() ? 1 : 0));
            case INT8 -> bytes.put((byte) json.whole(Byte.MIN_VALUE, Byte.MAX_VALUE));
            case UINT8 -> bytes.put((byte) json.whole(0, 0xFF));
            case INT16 -> bytes.putShort((short) json.whole(Short.MIN_VALUE, Short.MAX_VALUE));
            case UINT16 -> bytes.putShort((short) json.whole(0, 0xFFFF));
            case INT32 -> bytes.putInt((int) json.whole(Integer.MIN_VALUE, Integer.MAX_VALUE));
            case UINT32 -> bytes.putInt((int) json.whole(0, 0xFFFF_FFFFL));
            case INT64 -> bytes.putLong(json.whole(Long.MIN_VALUE, Long.MAX_VALUE));
            case UINT64 -> bytes.putLong(json.unsigned());
            case FP32 -> bytes.putFloat(json.float32());
            case FP64 -> bytes.putDouble(json.float64());
            case BYTES -> putText(json.text());
            case FP16, BF16 -> throw new AssertionError("refused before");
        }
    }

    private void putText(String text) throws IOException {
        ByteBuffer encoded = encoded(text);
        int needed = Integer.BYTES + encoded.remaining();
        if (bytes.remaining() < needed) {
            int room = Math.max(2 * bytes.capacity(), bytes.position() + needed);
            bytes = ByteBuffer.wrap(Arrays.copyOf(bytes.array(), room))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .position(bytes.position());
        }
        bytes.putInt(encoded.remaining()).put(encoded);
    }

    private static ByteBuffer encoded(String text) throws IOException {
        try {
            return UTF_8.newEncoder().encode(CharBuffer.wrap(text));
        } catch (CharacterCodingException e) {
            throw new IOException("a text with half of a surrogate pair (expected: Unicode)", e);
        }
    }
}
