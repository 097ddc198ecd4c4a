package dev.perdure.training;

import dev.perdure.core.Seeds;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Batch;
import dev.perdure.engine.Gradient;
import dev.perdure.engine.Microbatch;
import dev.perdure.engine.TrainableModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Computes a step's gradient, or a member's share of it: microbatch by microbatch in order, summed along the fixed tree of
 * {@link TreeSum}. The buffers, one for each open node of the tree, are made once and used again: what is returned is valid
 * until the next step is computed. Not thread-safe.
 */
public final class StepComputer implements AutoCloseable {
    private final TrainableModel model;
    private final long seed;
    private final GradientBuffers buffers;
    private final Counts counts;
    private final Probe probe;

    /**
     * Prepares to compute steps.
     *
     * @param seed the run's seed, from which dropout's are derived
     */
    public StepComputer(TrainableModel model, long seed) {
        this(model, seed, new Counts(System::nanoTime), Probe.NONE);
    }

    StepComputer(TrainableModel model, long seed, Counts counts, Probe probe) {
        this.counts = counts;
        this.model = model;
        this.seed = seed;
        this.probe = probe;
        this.buffers = new GradientBuffers(model.parameters());
    }

    /** Gives a step's microbatches, in order. */
    public interface Source {
        /**
         * Returns the next microbatch; its memory must stay valid until the next call.
         *
         * @param index which of the step, counting from 0; never called for an empty one
         */
        Batch take(int index) throws InterruptedException;
    }

    /** Computes the whole gradient of one step of a plan. */
    public StepGradient compute(StepPlan plan, long step, Source source) throws InterruptedException {
        ShareGradient all = computeShare(plan, step, List.of(new Span(0, plan.microbatches())), source);
        return new StepGradient(all.whole(), all.microbatches());
    }

    /**
     * Computes a share of the gradient of one step of a plan.
     *
     * @param subtrees those of {@link ExchangePlan#subtreesOf}
     */
    public ShareGradient computeShare(StepPlan plan, long step, List<Span> subtrees, Source source)
            throws InterruptedException {
        buffers.recall();
        List<Optional<TensorData>> sums = new ArrayList<>();
        List<MicrobatchResult> results = new ArrayList<>();
        for (Span subtree : subtrees) {
            var sum = new TreeSum<TensorData>(buffers::plus);
            for (int index = subtree.from(); index < subtree.to(); index++) {
                sum.add(gradient(plan, step, index, source, results));
            }
            sums.add(sum.finish());
        }
        TensorData whole = sums.stream().flatMap(Optional::stream).findFirst().orElseGet(buffers::take);
        return new ShareGradient(sums, whole, results);
    }

    private Optional<TensorData> gradient(
            StepPlan plan, long step, int index, Source source, List<MicrobatchResult> results)
            throws InterruptedException {
        if (plan.microbatchOf(step, index).size() == 0) {
            return Optional.empty();
        }
        long dropoutSeed = Seeds.derive(seed, Seeds.Purpose.DROPOUT, plan.epochOf(step), step, index);
        int samples = plan.batchOf(step).size();
        var microbatch = new Microbatch(step, index, samples, dropoutSeed, source.take(index));
        probe.batch(step, index, microbatch.batch());
        long began = counts.nanoTime();
        Gradient gradient = model.gradient(microbatch, buffers.take());
        counts.computed(began);
        probe.gradient(step, index, gradient.values());
        results.add(new MicrobatchResult(
                index, gradient.statistics(), gradient.lossSum(), gradient.correct(), gradient.samples()));
        return Optional.of(gradient.values());
    }

    @Override
    public void close() {
        buffers.close();
    }
}
