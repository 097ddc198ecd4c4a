package dev.perdure.engine;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A few numbers of each member, for all of them. */
final class Gathering {
    private Gathering() {}

    static List<long[]> longs(Collective group, long[] own) {
        try (Arena arena = Arena.ofShared()) {
            List<MemorySegment> segments = IntStream.range(0, group.size())
                    .mapToObj(_ -> arena.allocate(JAVA_LONG, own.length + 1L)) // one more: nothing is not sent
                    .toList();
            MemorySegment.copy(own, 0, segments.get(group.rank()), JAVA_LONG, 0, own.length);
            group.allGather(segments);
            return segments.stream()
                    .map(segment -> Arrays.copyOf(segment.toArray(JAVA_LONG), own.length))
                    .toList();
        }
    }

    static List<double[]> doubles(Collective group, double[] own) {
        long[] bits = Arrays.stream(own).mapToLong(Double::doubleToRawLongBits).toArray();
        return longs(group, bits).stream()
                .map(all ->
                        Arrays.stream(all).mapToDouble(Double::longBitsToDouble).toArray())
                .toList();
    }
}
