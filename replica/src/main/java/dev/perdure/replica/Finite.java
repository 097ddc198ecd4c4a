package dev.perdure.replica;

import dev.perdure.oip.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** Looks for numbers that are none. */
final class Finite {
    private static final int F16_EXPONENT = 0x7C00;
    private static final int BF16_EXPONENT = 0x7F80;

    private Finite() {}

    /** Returns how many elements are NaN or infinite. */
    static long nonFinite(List<Tensor> tensors) {
        return tensors.stream().mapToLong(Finite::nonFinite).sum();
    }

    private static long nonFinite(Tensor tensor) {
        MemorySegment data = tensor.data();
        long elements = tensor.shape().elements();
        long found = 0;
        switch (tensor.datatype()) {
            case FP32 -> {
                for (long i = 0; i < elements; i++) {
                    found += Float.isFinite(data.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i)) ? 0 : 1;
                }
            }
            case FP64 -> {
                for (long i = 0; i < elements; i++) {
                    found += Double.isFinite(data.getAtIndex(ValueLayout.JAVA_DOUBLE_UNALIGNED, i)) ? 0 : 1;
                }
            }
            case FP16 -> found = all(data, elements, F16_EXPONENT);
            case BF16 -> found = all(data, elements, BF16_EXPONENT);
            case BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, BYTES -> {}
        }
        return found;
    }

    /** Returns how many elements of two bytes have all of these bits. */
    private static long all(MemorySegment data, long elements, int bits) {
        long found = 0;
        for (long i = 0; i < elements; i++) {
            found += (data.getAtIndex(ValueLayout.JAVA_SHORT_UNALIGNED, i) & bits) == bits ? 1 : 0;
        }
        return found;
    }
}
