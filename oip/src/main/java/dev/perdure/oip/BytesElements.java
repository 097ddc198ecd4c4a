package dev.perdure.oip;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Elements of the type BYTES: one after the other, each after its length as four bytes, little-endian. */
public final class BytesElements {
    private static final ValueLayout.OfInt LENGTH = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int LENGTH_BYTES = 4;

    private BytesElements() {}

    /** Returns the elements written one after the other. */
    public static MemorySegment write(List<byte[]> elements) {
        var out = new ByteArrayOutputStream();
        elements.forEach(element -> append(out, element));
        return MemorySegment.ofArray(out.toByteArray());
    }

    static void append(ByteArrayOutputStream out, byte[] element) {
        int length = element.length;
        out.write(length);
        out.write(length >>> 8);
        out.write(length >>> 16);
        out.write(length >>> 24);
        out.writeBytes(element);
    }

    /** Returns the elements of a tensor of this type. */
    public static List<MemorySegment> read(Tensor tensor) {
        if (tensor.datatype().fixed()) {
            throw new IllegalArgumentException(
                    "tensor %s: %s (expected: BYTES)".formatted(tensor.name(), tensor.datatype()));
        }
        var elements = new ArrayList<MemorySegment>();
        for (long at = 0; at < tensor.data().byteSize(); ) {
            long length = length(tensor.data(), at);
            elements.add(tensor.data().asSlice(at + LENGTH_BYTES, length));
            at += LENGTH_BYTES + length;
        }
        return elements;
    }

    private static long length(MemorySegment data, long at) {
        return Integer.toUnsignedLong(data.get(LENGTH, at));
    }

    /** Makes sure that there are so many elements and nothing else. */
    static void check(String tensor, MemorySegment data, long elements) {
        long at = 0;
        long found = 0;
        while (data.byteSize() - at >= LENGTH_BYTES && length(data, at) <= data.byteSize() - at - LENGTH_BYTES) {
            at += LENGTH_BYTES + length(data, at);
            found++;
        }
        if (at < data.byteSize()) {
            throw OipException.invalid(
                    "tensor %s: element %d at byte %d of %d is cut off (expected: a length of four bytes and as many"
                            + " bytes)",
                    Texts.shown(tensor), found, at, data.byteSize());
        }
        if (found != elements) {
            throw OipException.invalid(
                    "tensor %s: %d elements (expected: %d, which its shape has)", Texts.shown(tensor), found, elements);
        }
    }
}
