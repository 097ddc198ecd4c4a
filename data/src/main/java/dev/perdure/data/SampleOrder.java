package dev.perdure.data;

import dev.perdure.core.Seeds;

/** The order in which an epoch visits samples. */
public final class SampleOrder {

    private SampleOrder() {}

    /**
     * Returns a permutation of {@code 0..n-1} that depends on the arguments alone, in this and every later version
     * (Durstenfeld's form of the Fisher-Yates shuffle, 1964).
     *
     * @param seed the run's seed
     * @param epoch any number; each has its own order
     */
    public static int[] permutation(long seed, long epoch, int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        shuffle(order, new SplitMix(Seeds.derive(seed, Seeds.Purpose.SAMPLE_ORDER, epoch)));
        return order;
    }

    static void shuffle(int[] values, SplitMix random) {
        for (int i = values.length - 1; i > 0; i--) {
            int other = random.below(i + 1);
            int value = values[i];
            values[i] = values[other];
            values[other] = value;
        }
    }
}
