package dev.perdure.data;

import dev.perdure.core.Digests;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * Samples that lie one behind the other in memory or in a mapped file.
 *
 * @param rows which rows of the memory are samples; all when absent
 * @param bigEndian whether values are floats that lie in big-endian order
 */
record SegmentSamples(MemorySegment data, int count, int bytes, int @Nullable [] rows, boolean bigEndian)
        implements Samples {

    @Override
    public boolean resident(int sample) {
        return true;
    }

    @Override
    public void read(int sample, byte[] into) {
        long row = rows == null ? sample : rows[sample];
        MemorySegment.copy(data, ValueLayout.JAVA_BYTE, row * bytes, into, 0, bytes);
        if (bigEndian) {
            swap(into);
        }
    }

    @Override
    public void addTo(MessageDigest digest) {
        if (rows == null && !bigEndian) {
            Digests.update(digest, data);
        } else {
            Samples.super.addTo(digest);
        }
    }

    private static void swap(byte[] floats) {
        for (int at = 0; at < floats.length; at += Float.BYTES) {
            byte first = floats[at];
            byte second = floats[at + 1];
            floats[at] = floats[at + 3];
            floats[at + 1] = floats[at + 2];
            floats[at + 2] = second;
            floats[at + 3] = first;
        }
    }
}
