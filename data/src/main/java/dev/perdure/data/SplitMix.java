package dev.perdure.data;

import dev.perdure.core.Seeds;

/**
 * The random generator SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014),
 * kept here so that no release of the JDK ever changes what a seed means. Not thread-safe.
 */
final class SplitMix {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private long state;
    private double spare = Double.NaN;

    SplitMix(long seed) {
        state = seed;
    }

    long next() {
        state += GOLDEN_GAMMA;
        return Seeds.mix(state);
    }

    /** Returns a whole number from 0 to {@code bound - 1}, each equally likely (Lemire, 2019). */
    int below(int bound) {
        long low = next() >>> 32;
        long product = low * bound;
        if ((product & 0xFFFFFFFFL) < bound) {
            long unfair = (1L << 32) % bound;
            while ((product & 0xFFFFFFFFL) < unfair) {
                product = (next() >>> 32) * bound;
            }
        }
        return (int) (product >>> 32);
    }

    /** Returns a number in [0, 1) with 53 random bits. */
    double uniform() {
        return (next() >>> 11) * 0x1p-53;
    }

    /** Returns a number of the standard normal distribution (Marsaglia's polar method, 1964). */
    double gaussian() {
        if (!Double.isNaN(spare)) {
            double value = spare;
            spare = Double.NaN;
            return value;
        }
        double u;
        double v;
        double square;
        do {
            u = 2 * uniform() - 1;
            v = 2 * uniform() - 1;
            square = u * u + v * v;
        } while (square >= 1 || square == 0);
        double factor = StrictMath.sqrt(-2 * StrictMath.log(square) / square);
        spare = v * factor;
        return u * factor;
    }
}
