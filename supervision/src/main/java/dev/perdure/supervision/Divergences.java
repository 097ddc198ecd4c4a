package dev.perdure.supervision;

import java.util.ArrayList;
import java.util.List;

/**
 * What follows when a step gives no finite numbers. Its workers have redone it once by themselves; then everyone goes back
 * to a checkpoint, since the weights may be what is wrong; and when it comes to the same again, it is in the data or the
 * recipe, and the recipe says what is to be done.
 */
final class Divergences {
    /** Half the rate each time. */
    static final double FACTOR = 0.5;

    private final OnDivergence policy;
    private final int adjustmentsMax;
    private List<Adjustment> adjustments;
    private long step = -1;

    /** What to do. */
    sealed interface Remedy {
        /** Everyone goes back to a checkpoint. */
        record RollBack() implements Remedy {}

        /** The recipe is changed, and the step redone from where the members stand. */
        record Skip() implements Remedy {}

        /** The recipe is changed from a position on, which everyone goes back to. */
        record RollBackTo(long position) implements Remedy {}

        /** It ends. */
        record Stop(String advice) implements Remedy {}
    }

    /**
     * Begins.
     *
     * @param known the adjustments made by earlier supervisors
     */
    Divergences(OnDivergence policy, int adjustmentsMax, List<Adjustment> known) {
        this.policy = policy;
        this.adjustmentsMax = adjustmentsMax;
        adjustments = List.copyOf(known);
    }

    List<Adjustment> adjustments() {
        return adjustments;
    }

    /**
     * Returns what follows.
     *
     * @param at the step that gave no finite numbers
     * @param begun the position that the generation began at
     */
    Remedy after(long at, long begun) {
        if (at != step) {
            step = at;
            return new Remedy.RollBack();
        }
        if (policy != OnDivergence.STOP && adjustments.size() >= adjustmentsMax) {
            return new Remedy.Stop("%d adjustments were made, and did not help".formatted(adjustments.size()));
        }
        return switch (policy) {
            case STOP ->
                new Remedy.Stop("lower training.learning-rate, set training.clip-norm, look at the batch, or set"
                        + " training.on-divergence to skip-batch or lower-rate");
            case SKIP_BATCH -> {
                adjust(new Adjustment.SkipBatch(at));
                yield new Remedy.Skip();
            }
            case LOWER_RATE -> {
                adjust(new Adjustment.LowerRate(begun / 2 + 1, FACTOR));
                yield new Remedy.RollBackTo(begun);
            }
        };
    }

    private void adjust(Adjustment next) {
        var all = new ArrayList<>(adjustments);
        all.add(next);
        adjustments = List.copyOf(all);
        step = -1;
    }
}
