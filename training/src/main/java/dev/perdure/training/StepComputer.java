package dev.perdure.training;

import dev.perdure.core.DType;
import dev.perdure.core.Seeds;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Batch;
import dev.perdure.engine.Gradient;
import dev.perdure.engine.Microbatch;
import dev.perdure.engine.TrainableModel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Computes a step's gradient: microbatch by microbatch in order, summed along the fixed tree of {@link TreeSum}. The
 * buffers, one for each open node of the tree, are made once and used again. Not thread-safe.
 */
public final class StepComputer implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final TrainableModel model;
    private final long seed;
    private final Arena arena = Arena.ofShared();
    private final Deque<TensorData> free = new ArrayDeque<>();

    /**
     * Prepares to compute steps.
     *
     * @param seed the run's seed, from which dropout's are derived
     */
    public StepComputer(TrainableModel model, long seed) {
        this.model = model;
        this.seed = seed;
    }

    /**
     * What a step's batch gave.
     *
     * @param gradient of the mean loss over the batch, in a buffer that {@link #release} gives back
     * @param statistics those of each microbatch, in microbatch order
     */
    public record StepGradient(
            TensorData gradient, List<TensorData> statistics, double lossSum, long correct, int samples) {}

    /** Gives a step's microbatches, in order. */
    public interface Source {
        /**
         * Returns the next microbatch; its memory must stay valid until the next call.
         *
         * @param index which of the step, counting from 0; never called for an empty one
         */
        Batch take(int index) throws InterruptedException;
    }

    /** Computes the gradient of one step of a plan. */
    public StepGradient compute(StepPlan plan, long step, Source source) throws InterruptedException {
        int samples = plan.batchOf(step).size();
        var sum = new TreeSum<TensorData>(this::plus);
        var statistics = new ArrayList<TensorData>();
        double lossSum = 0;
        long correct = 0;
        for (int index = 0; index < plan.microbatches(); index++) {
            if (plan.microbatchOf(step, index).size() == 0) {
                sum.add(Optional.empty());
                continue;
            }
            long dropoutSeed = Seeds.derive(seed, Seeds.Purpose.DROPOUT, plan.epochOf(step), step, index);
            var microbatch = new Microbatch(step, index, samples, dropoutSeed, source.take(index));
            Gradient gradient = model.gradient(microbatch, buffer());
            sum.add(Optional.of(gradient.values()));
            statistics.add(gradient.statistics());
            lossSum += gradient.lossSum();
            correct += gradient.correct();
        }
        TensorData total = sum.finish().orElseThrow(() -> new AssertionError("a step has at least one sample"));
        return new StepGradient(total, statistics, lossSum, correct, samples);
    }

    /** Gives a gradient's buffer back for the next step. */
    public void release(StepGradient gradient) {
        free.addLast(gradient.gradient());
    }

    private TensorData buffer() {
        TensorData buffer = free.pollLast();
        return buffer != null ? buffer : TensorData.allocate(arena, DType.F32, Shape.of(model.parameters()));
    }

    private TensorData plus(TensorData left, TensorData right) {
        addInto(left.data(), right.data());
        free.addLast(right);
        return left;
    }

    private static void addInto(MemorySegment left, MemorySegment right) {
        for (long at = 0; at < left.byteSize(); at += Float.BYTES) {
            left.set(FLOAT, at, left.get(FLOAT, at) + right.get(FLOAT, at));
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
