package dev.perdure.training;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Sums of long vectors in native memory. */
final class FloatSums {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private FloatSums() {}

    /** Adds each float of one vector to that of another: {@code left = left + right}. */
    static MemorySegment addInto(MemorySegment left, MemorySegment right) {
        for (long at = 0; at < left.byteSize(); at += Float.BYTES) {
            left.set(FLOAT, at, left.get(FLOAT, at) + right.get(FLOAT, at));
        }
        return left;
    }
}
