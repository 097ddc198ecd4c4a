package dev.perdure.model;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.perdure.core.DType;
import dev.perdure.core.TensorData;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Reads single elements of tensors of any type. */
public final class Elements {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private Elements() {}

    static boolean isWhole(DType dtype) {
        return switch (dtype) {
            case BOOL, U8, I8, I16, I32, I64 -> true;
            case F16, BF16, F32, F64 -> false;
        };
    }

    static long whole(TensorData tensor, long index) {
        MemorySegment data = tensor.data();
        return switch (tensor.dtype()) {
            case BOOL, U8 -> data.get(JAVA_BYTE, index) & 0xFF;
            case I8 -> data.get(JAVA_BYTE, index);
            case I16 -> data.get(SHORT, 2 * index);
            case I32 -> data.get(INT, 4 * index);
            case I64 -> data.get(LONG, 8 * index);
            case F16, BF16, F32, F64 -> throw new IllegalArgumentException(tensor.dtype() + " is no whole number");
        };
    }

    /** Returns an element as a number, by its place among all of them, the last dimension running fastest. */
    public static double real(TensorData tensor, long index) {
        MemorySegment data = tensor.data();
        return switch (tensor.dtype()) {
            case F16 -> Float.float16ToFloat(data.get(SHORT, 2 * index));
            case BF16 -> Float.intBitsToFloat(data.get(SHORT, 2 * index) << 16);
            case F32 -> Float.intBitsToFloat(data.get(INT, 4 * index));
            case F64 -> Double.longBitsToDouble(data.get(LONG, 8 * index));
            case BOOL, U8, I8, I16, I32, I64 -> whole(tensor, index);
        };
    }

    static String text(TensorData tensor, long index) {
        return switch (tensor.dtype()) {
            case F16, BF16, F32 -> Float.toString((float) real(tensor, index));
            case F64 -> Double.toString(real(tensor, index));
            case BOOL, U8, I8, I16, I32, I64 -> Long.toString(whole(tensor, index));
        };
    }
}
