package dev.perdure.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Mean and standard deviation (of the population) of samples, in {@code double}. The bits do not depend on threads: 8-bit
 * values are counted, floats are added one after the other.
 */
final class Statistics {
    static final VarHandle FLOATS = MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int PIECES = 64;
    private static final long PARALLEL_BYTES = 32 << 20;

    private Statistics() {}

    /** Returns those of each channel; 8-bit values count as 0 to 1. */
    static Scaling ofPixels(Samples samples, Layout.Pixels layout, int[] ids) {
        var channels = new ArrayList<Moments>();
        if (layout.eightBit()) {
            for (long[] histogram : histograms(samples, layout, ids)) {
                channels.add(moments(histogram));
            }
        } else {
            int plane = layout.height() * layout.width();
            for (int c = 0; c < layout.channels(); c++) {
                channels.add(moments(samples, ids, c * plane, plane));
            }
        }
        return scaling(channels);
    }

    /** Returns those of these columns, missing values aside. */
    static Scaling ofColumns(Samples samples, List<Integer> columns, int[] ids) {
        return scaling(
                columns.stream().map(column -> moments(samples, ids, column, 1)).toList());
    }

    private record Moments(double mean, double deviation) {}

    private static Scaling scaling(List<Moments> moments) {
        return new Scaling(
                moments.stream().map(Moments::mean).toList(),
                moments.stream().map(Moments::deviation).toList());
    }

    private static long[][] histograms(Samples samples, Layout.Pixels layout, int[] ids) {
        boolean large = ids.length * (long) samples.bytes() > PARALLEL_BYTES;
        int count = large ? PIECES : 1;
        IntStream pieces = IntStream.range(0, count);
        return (large ? pieces.parallel() : pieces)
                .mapToObj(piece -> {
                    int from = (int) ((long) ids.length * piece / count);
                    int to = (int) ((long) ids.length * (piece + 1) / count);
                    return histograms(samples, layout, ids, from, to);
                })
                .reduce(new long[layout.channels()][256], Statistics::sum);
    }

    private static long[][] histograms(Samples samples, Layout.Pixels layout, int[] ids, int from, int to) {
        long[][] counts = new long[layout.channels()][256];
        byte[] stored = new byte[samples.bytes()];
        int plane = layout.height() * layout.width();
        for (int i = from; i < to; i++) {
            samples.read(ids[i], stored);
            for (int c = 0; c < layout.channels(); c++) {
                count(stored, c * plane, plane, counts[c]);
            }
        }
        return counts;
    }

    private static void count(byte[] stored, int from, int length, long[] counts) {
        for (int at = from; at < from + length; at++) {
            counts[stored[at] & 0xFF]++;
        }
    }

    private static long[][] sum(long[][] left, long[][] right) {
        long[][] sum = new long[left.length][256];
        for (int c = 0; c < sum.length; c++) {
            for (int v = 0; v < 256; v++) {
                sum[c][v] = left[c][v] + right[c][v];
            }
        }
        return sum;
    }

    private static Moments moments(long[] histogram) {
        long count = 0;
        long total = 0;
        for (int v = 0; v < 256; v++) {
            count += histogram[v];
            total += v * histogram[v];
        }
        double mean = count == 0 ? 0 : (double) total / count;
        double squares = 0;
        for (int v = 0; v < 256; v++) {
            squares += histogram[v] * ((v - mean) * (v - mean));
        }
        return new Moments(mean / 255, count == 0 ? 0 : Math.sqrt(squares / count) / 255);
    }

    private static Moments moments(Samples samples, int[] ids, int from, int length) {
        byte[] stored = new byte[samples.bytes()];
        double sum = 0;
        long count = 0;
        for (int id : ids) {
            samples.read(id, stored);
            for (int i = from; i < from + length; i++) {
                float value = (float) FLOATS.get(stored, i * Float.BYTES);
                sum += Float.isNaN(value) ? 0 : value;
                count += Float.isNaN(value) ? 0 : 1;
            }
        }
        double mean = count == 0 ? 0 : sum / count;
        double squares = 0;
        for (int id : ids) {
            samples.read(id, stored);
            for (int i = from; i < from + length; i++) {
                double off = (float) FLOATS.get(stored, i * Float.BYTES) - mean;
                squares += Double.isNaN(off) ? 0 : off * off;
            }
        }
        return new Moments(mean, count == 0 ? 0 : Math.sqrt(squares / count));
    }
}
