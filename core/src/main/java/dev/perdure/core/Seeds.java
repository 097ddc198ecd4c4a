package dev.perdure.core;

/**
 * Seeds as pure functions of where they are used: the dropout of one microbatch of one step must not depend on what any
 * generator did before. Each word is folded in with the finalizer of SplitMix64 (Steele, Lea, Flood: Fast splittable
 * pseudorandom number generators, OOPSLA 2014).
 */
public final class Seeds {
    /** What a seed is for, so that equal coordinates never give two purposes the same stream. */
    public enum Purpose {
        INITIALISATION(1),
        SAMPLE_ORDER(2),
        SPLIT(3),
        AUGMENTATION(4),
        DROPOUT(5),
        FOLD(6);

        /** Part of every seed: never changes, whatever is added. */
        private final long code;

        Purpose(long code) {
            this.code = code;
        }
    }

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private Seeds() {}

    /** Returns the seed for a purpose at coordinates such as (epoch, step, microbatch). */
    public static long derive(long runSeed, Purpose purpose, long... coordinates) {
        long seed = mix(runSeed + GOLDEN_GAMMA);
        seed = mix(seed ^ mix(purpose.code + GOLDEN_GAMMA));
        for (long coordinate : coordinates) {
            seed = mix(seed + GOLDEN_GAMMA + mix(coordinate + GOLDEN_GAMMA));
        }
        return seed;
    }

    /** The finalizer of SplitMix64: a bijection in which every input bit reaches every output bit. */
    public static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
