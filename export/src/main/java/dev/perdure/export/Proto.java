package dev.perdure.export;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A message of protocol buffers, in pieces that lie one after the other; large contents are no copies. Fields appear in the
 * order in which they are put.
 */
final class Proto {
    private static final int VARINT = 0;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    private final List<MemorySegment> pieces = new ArrayList<>();
    private long bytes;

    long bytes() {
        return bytes;
    }

    /** Returns the whole message. */
    List<MemorySegment> pieces() {
        return pieces;
    }

    Proto whole(int field, long value) {
        var out = new ByteArrayOutputStream();
        varint(out, tag(field, VARINT));
        varint(out, value);
        return add(out);
    }

    Proto real(int field, float value) {
        var out = new ByteArrayOutputStream();
        varint(out, tag(field, FIXED32));
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array());
        return add(out);
    }

    Proto text(int field, String value) {
        return content(field, MemorySegment.ofArray(value.getBytes(StandardCharsets.UTF_8)));
    }

    /** @param content not a copy: it must stay as it is until the message has been written */
    Proto content(int field, MemorySegment content) {
        begin(field, content.byteSize());
        return add(content);
    }

    Proto message(int field, Proto message) {
        begin(field, message.bytes);
        message.pieces.forEach(this::add);
        return this;
    }

    /** Adds another message's fields. */
    Proto all(Proto fields) {
        fields.pieces.forEach(this::add);
        return this;
    }

    private void begin(int field, long length) {
        var out = new ByteArrayOutputStream();
        varint(out, tag(field, LENGTH));
        varint(out, length);
        add(out);
    }

    private Proto add(ByteArrayOutputStream out) {
        return add(MemorySegment.ofArray(out.toByteArray()));
    }

    private Proto add(MemorySegment piece) {
        pieces.add(piece);
        bytes += piece.byteSize();
        return this;
    }

    private static long tag(int field, int kind) {
        return (long) field << 3 | kind;
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.write((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
