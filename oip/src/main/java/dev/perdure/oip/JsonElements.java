package dev.perdure.oip;

import dev.perdure.format.Json;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Writes a tensor's elements as one list of JSON. */
final class JsonElements {
    private static final ValueLayout.OfShort SHORT = little(ValueLayout.JAVA_SHORT_UNALIGNED);
    private static final ValueLayout.OfInt INT = little(ValueLayout.JAVA_INT_UNALIGNED);
    private static final ValueLayout.OfLong LONG = little(ValueLayout.JAVA_LONG_UNALIGNED);
    private static final ValueLayout.OfFloat FLOAT = little(ValueLayout.JAVA_FLOAT_UNALIGNED);
    private static final ValueLayout.OfDouble DOUBLE = little(ValueLayout.JAVA_DOUBLE_UNALIGNED);

    private JsonElements() {}

    @SuppressWarnings("unchecked") // a layout with another order is of its own type
    private static <L extends ValueLayout> L little(L layout) {
        return (L) layout.withOrder(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * Appends the elements.
     *
     * @throws OipException {@link OipError#INVALID} if JSON has no way to write them
     */
    static void write(StringBuilder json, Tensor tensor) {
        json.append('[');
        if (tensor.datatype().fixed()) {
            numbers(json, tensor);
        } else {
            texts(json, tensor);
        }
        json.append(']');
    }

    private static void texts(StringBuilder json, Tensor tensor) {
        boolean first = true;
        for (MemorySegment element : BytesElements.read(tensor)) {
            if (!first) {
                json.append(',');
            }
            first = false;
            try {
                Json.quote(json, Json.decode(element.toArray(ValueLayout.JAVA_BYTE)));
            } catch (IOException e) {
                throw notInJson(tensor, "bytes that are not UTF-8");
            }
        }
    }

    private static void numbers(StringBuilder json, Tensor tensor) {
        long elements = tensor.shape().elements();
        for (long i = 0; i < elements; i++) {
            if (i > 0) {
                json.append(',');
            }
            number(json, tensor, i);
        }
    }

    private static void number(StringBuilder json, Tensor tensor, long i) {
        MemorySegment data = tensor.data();
        switch (tensor.datatype()) {
            case BOOL -> json.append(data.get(ValueLayout.JAVA_BYTE, i) != 0);
            case UINT8 -> json.append(Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, i)));
            case INT8 -> json.append(data.get(ValueLayout.JAVA_BYTE, i));
            case UINT16 -> json.append(Short.toUnsignedInt(data.getAtIndex(SHORT, i)));
            case INT16 -> json.append(data.getAtIndex(SHORT, i));
            case UINT32 -> json.append(Integer.toUnsignedLong(data.getAtIndex(INT, i)));
            case INT32 -> json.append(data.getAtIndex(INT, i));
            case UINT64 -> json.append(Long.toUnsignedString(data.getAtIndex(LONG, i)));
            case INT64 -> json.append(data.getAtIndex(LONG, i));
            case FP32 -> json.append((float) finite(tensor, data.getAtIndex(FLOAT, i)));
            case FP64 -> json.append(finite(tensor, data.getAtIndex(DOUBLE, i)));
            case FP16, BF16, BYTES -> throw notInJson(tensor, tensor.datatype().name());
        }
    }

    private static double finite(Tensor tensor, double value) {
        if (!Double.isFinite(value)) {
            throw notInJson(tensor, Double.toString(value));
        }
        return value;
    }

    private static OipException notInJson(Tensor tensor, String what) {
        return OipException.invalid(
                "output %s: %s, which JSON cannot say (expected: asked for with binary_data true)",
                tensor.name(), what);
    }
}
