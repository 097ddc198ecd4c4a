package dev.perdure.data;

/** Whether a batch is augmented, and by which chance. What augmentation does is in {@link DataSettings}. */
public sealed interface Augment {

    /** Samples as they are: for evaluation. */
    static Augment none() {
        return new None();
    }

    /**
     * Samples varied by chance.
     *
     * @param seed derived from run seed, epoch, step and microbatch; together with a sample's position in the batch it
     *     decides everything
     */
    static Augment seeded(long seed) {
        return new Seeded(seed);
    }

    record None() implements Augment {}

    record Seeded(long seed) implements Augment {}
}
