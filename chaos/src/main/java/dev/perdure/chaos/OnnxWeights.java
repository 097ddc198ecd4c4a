package dev.perdure.chaos;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.function.DoubleUnaryOperator;

/**
 * Changes weights where they lie in an ONNX file: a protocol buffer, of which only the way to the initializers' raw floats is
 * read. (ModelProto.graph is field 7, GraphProto.initializer 5, TensorProto.data_type 2 with 1 for FLOAT, raw_data 9.)
 */
final class OnnxWeights {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int GRAPH = 7;
    private static final int INITIALIZER = 5;
    private static final int DATA_TYPE = 2;
    private static final int RAW_DATA = 9;
    private static final int FLOATS = 1;

    private final MemorySegment file;
    private long changed;

    private OnnxWeights(MemorySegment file) {
        this.file = file;
    }

    /** Applies a function to every weight. Returns how many there were; none where the file keeps them otherwise. */
    static long change(MemorySegment file, DoubleUnaryOperator how) {
        var weights = new OnnxWeights(file);
        weights.each(
                0,
                file.byteSize(),
                GRAPH,
                (from, end) -> weights.each(from, end, INITIALIZER, (begin, until) -> {
                    if (weights.number(begin, until, DATA_TYPE) == FLOATS) {
                        weights.each(begin, until, RAW_DATA, (at, to) -> weights.change(at, to, how));
                    }
                }));
        return weights.changed;
    }

    /** Is given where a field's content lies. */
    private interface Content {
        void at(long from, long end);
    }

    private void change(long from, long end, DoubleUnaryOperator how) {
        for (long at = from; at + Float.BYTES <= end; at += Float.BYTES) {
            file.set(FLOAT, at, (float) how.applyAsDouble(file.get(FLOAT, at)));
            changed++;
        }
    }

    private void each(long from, long end, int field, Content content) {
        long at = from;
        while (at < end) {
            long key = varint(at);
            at += length(at);
            long next = skip(at, (int) (key & 7));
            if (key >>> 3 == field && (key & 7) == 2) {
                content.at(at + length(at), next);
            }
            at = next;
        }
    }

    private long number(long from, long end, int field) {
        long at = from;
        while (at < end) {
            long key = varint(at);
            at += length(at);
            if (key >>> 3 == field && (key & 7) == 0) {
                return varint(at);
            }
            at = skip(at, (int) (key & 7));
        }
        return 0;
    }

    private long skip(long at, int wire) {
        return switch (wire) {
            case 0 -> at + length(at);
            case 1 -> at + 8;
            case 2 -> at + length(at) + varint(at);
            case 5 -> at + 4;
            default -> throw new IllegalArgumentException("an ONNX file with a field of wire type " + wire);
        };
    }

    private long varint(long at) {
        long value = 0;
        for (int i = 0; ; i++) {
            byte part = file.get(ValueLayout.JAVA_BYTE, at + i);
            value |= (part & 0x7FL) << (7 * i);
            if (part >= 0) {
                return value;
            }
        }
    }

    private long length(long at) {
        long length = 1;
        while (file.get(ValueLayout.JAVA_BYTE, at + length - 1) < 0) {
            length++;
        }
        return length;
    }
}
