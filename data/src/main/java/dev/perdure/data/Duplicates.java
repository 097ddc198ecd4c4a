package dev.perdure.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Samples with equal content in different parts: a model that has seen the answer looks better than it is. */
final class Duplicates {
    private Duplicates() {}

    /** A sample of a held-out part whose content the training part has, too. */
    record Leak(int held, Part part, int train) {}

    /** Returns the leaks, by held-out sample. */
    static List<Leak> leaks(long[] keys, Part[] parts) {
        int[] suspects = suspects(keys);
        Map<ContentKey, Integer> trained = new HashMap<>();
        for (int sample : suspects) {
            if (parts[sample] == Part.TRAIN) {
                trained.putIfAbsent(key(keys, sample), sample);
            }
        }
        var leaks = new ArrayList<Leak>();
        for (int sample : suspects) {
            Integer train = trained.get(key(keys, sample));
            if (parts[sample] != Part.TRAIN && train != null) {
                leaks.add(new Leak(sample, parts[sample], train));
            }
        }
        return leaks;
    }

    /** Returns the samples whose first number occurs more than once: few, so that what follows needs little memory. */
    private static int[] suspects(long[] keys) {
        long[] firsts = IntStream.range(0, keys.length / 2)
                .mapToLong(i -> keys[2 * i])
                .sorted()
                .toArray();
        long[] repeated = IntStream.range(1, firsts.length)
                .filter(i -> firsts[i] == firsts[i - 1])
                .mapToLong(i -> firsts[i])
                .distinct()
                .toArray();
        return IntStream.range(0, keys.length / 2)
                .filter(i -> Arrays.binarySearch(repeated, keys[2 * i]) >= 0)
                .toArray();
    }

    private static ContentKey key(long[] keys, int sample) {
        return new ContentKey(keys[2 * sample], keys[2 * sample + 1]);
    }
}
