package dev.perdure.guard;

import dev.perdure.model.GuardProfile;
import java.util.BitSet;
import java.util.Locale;
import java.util.Optional;

/**
 * Judges inputs by how far they lie from those of training in an inner layer, which whoever computed them has measured: inputs
 * that are unusual as a whole though each of their values is not. Immutable, and safe for use by several threads.
 */
public final class InnerGuard {
    private final GuardProfile.Inner inner;
    private final Action action;

    public InnerGuard(GuardProfile.Inner inner, GuardPolicy policy) {
        this.inner = inner;
        this.action = policy.action(feature(inner), Surprise.ABNORMAL);
    }

    /** Returns what findings and policies call the layer. */
    public static String feature(GuardProfile.Inner inner) {
        return "inner layer " + inner.layer();
    }

    /**
     * Inputs that lie too far.
     *
     * @param finding that says so; its value is the distance of the first
     * @param items by their place in the batch
     */
    public record Abnormal(Finding finding, BitSet items) {
        public Abnormal {
            items = (BitSet) items.clone();
        }

        @Override
        public BitSet items() {
            return (BitSet) items.clone();
        }

        /** Returns whether they are not to be answered. */
        public boolean rejected() {
            return finding.action() == Action.REJECT;
        }
    }

    /**
     * Returns which inputs lie too far, or nothing if none does.
     *
     * @param distances one for each item; one that is NaN is too far, unless nobody measured it
     * @param measured which were
     */
    public Optional<Abnormal> judge(double[] distances, BitSet measured) {
        var items = new BitSet();
        for (int i = measured.nextSetBit(0); i >= 0; i = measured.nextSetBit(i + 1)) {
            items.set(i, !(distances[i] <= inner.threshold()));
        }
        if (items.isEmpty()) {
            return Optional.empty();
        }
        int first = items.nextSetBit(0);
        return Optional.of(new Abnormal(
                new Finding(
                        feature(inner),
                        Surprise.ABNORMAL,
                        items.cardinality(),
                        first,
                        distances[first],
                        String.format(
                                Locale.ROOT, "a distance from training's inputs of at most %.4g", inner.threshold()),
                        action),
                items));
    }
}
