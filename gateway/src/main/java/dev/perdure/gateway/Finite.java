package dev.perdure.gateway;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.perdure.oip.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Looks for numbers that are none, by the bits: an exponent of ones is NaN or infinity in every floating-point type. */
final class Finite {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final int F16 = 0x7C00;
    private static final int BF16 = 0x7F80;
    private static final int F32 = 0x7F80_0000;
    private static final long F64 = 0x7FF0_0000_0000_0000L;

    private Finite() {}

    static boolean all(List<Tensor> tensors) {
        return tensors.stream().allMatch(Finite::all);
    }

    private static boolean all(Tensor tensor) {
        MemorySegment data = tensor.data();
        return switch (tensor.datatype()) {
            case FP16 -> shorts(data, F16);
            case BF16 -> shorts(data, BF16);
            case FP32 -> ints(data);
            case FP64 -> longs(data);
            case BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, BYTES -> true;
        };
    }

    private static boolean shorts(MemorySegment data, int exponent) {
        for (long at = 0; at < data.byteSize(); at += Short.BYTES) {
            if ((data.get(SHORT, at) & exponent) == exponent) {
                return false;
            }
        }
        return true;
    }

    private static boolean ints(MemorySegment data) {
        for (long at = 0; at < data.byteSize(); at += Integer.BYTES) {
            if ((data.get(INT, at) & F32) == F32) {
                return false;
            }
        }
        return true;
    }

    private static boolean longs(MemorySegment data) {
        for (long at = 0; at < data.byteSize(); at += Long.BYTES) {
            if ((data.get(LONG, at) & F64) == F64) {
                return false;
            }
        }
        return true;
    }
}
