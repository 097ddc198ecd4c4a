package dev.perdure.training;

import dev.perdure.core.Seeds;
import dev.perdure.data.Augment;
import dev.perdure.data.Prefetcher;
import dev.perdure.data.SampleOrder;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Which samples each coming microbatch takes, and with which seed they are augmented, from one step on to the last. Pure
 * in (seed, epoch, step, microbatch), so that preparing ahead cannot change anything. Empty microbatches are left out.
 * Not thread-safe.
 */
final class BatchRecipes implements Iterator<Prefetcher.Recipe> {
    private final StepPlan plan;
    private final int[] ids;
    private final long seed;
    private final Span share;
    private long step;
    private int microbatch;
    private long orderedEpoch;
    private int[] order = {};

    /**
     * Begins with a step's first microbatch of a share.
     *
     * @param ids the training samples, by their number in the training part
     * @param share which microbatches of each step are wanted, perhaps none
     */
    BatchRecipes(StepPlan plan, int[] ids, long seed, long stepFirst, Span share) {
        this.plan = plan;
        this.ids = ids;
        this.seed = seed;
        this.share = share;
        this.step = share.size() == 0 ? plan.steps() + 1 : stepFirst;
        this.microbatch = share.from();
    }

    @Override
    public boolean hasNext() {
        while (step <= plan.steps() && plan.microbatchOf(step, microbatch).size() == 0) {
            advance();
        }
        return step <= plan.steps();
    }

    @Override
    public Prefetcher.Recipe next() {
        if (!hasNext()) {
            throw new NoSuchElementException("step " + step);
        }
        long epoch = plan.epochOf(step);
        if (epoch != orderedEpoch) {
            order = SampleOrder.permutation(seed, epoch, plan.samples());
            orderedEpoch = epoch;
        }
        int[] samples = plan.microbatchOf(step, microbatch)
                .positions()
                .map(position -> ids[order[position]])
                .toArray();
        long augmentSeed = Seeds.derive(seed, Seeds.Purpose.AUGMENTATION, epoch, step, microbatch);
        advance();
        return new Prefetcher.Recipe(samples, Augment.seeded(augmentSeed));
    }

    private void advance() {
        microbatch++;
        if (microbatch == share.to()) {
            microbatch = share.from();
            step++;
        }
    }
}
