package dev.perdure.training;

import dev.perdure.core.TensorData;
import dev.perdure.data.Dataset;
import dev.perdure.data.Part;
import dev.perdure.engine.Engine;
import dev.perdure.engine.TrainableModel;
import java.io.IOException;
import java.util.List;

/**
 * A team's steps the plain way: every member sums the gradients of its own microbatches, one all-reduce sums the members' sums,
 * and nobody supervises, compares, books or saves. What Perdure's teams cost is measured against it. Its bits depend on who
 * summed what.
 */
public final class PlainTeam {
    private static final int BATCHES_AHEAD = 8;

    private PlainTeam() {}

    /** Makes the sum over all members of what each of them gives. */
    public interface AllReduce {
        /** @param values F32 in native memory; overwritten with the sum */
        void sum(TensorData values);
    }

    /**
     * Steps as one of several members.
     *
     * @param warmUp steps that are not measured, before the others
     * @return how many seconds the measured steps took
     */
    public static double seconds(
            RunConfig config, Engine engine, int rank, int members, AllReduce reduce, int warmUp, int steps)
            throws IOException, InterruptedException {
        Dataset data = Dataset.open(config.data(), config.seed());
        StepPlan plan = TrainingLoop.planOf(config, data);
        Span share = new Span(config.microbatches() * rank / members, config.microbatches() * (rank + 1) / members);
        try (TrainableModel model = engine.open(config.planFor(data));
                var computer = new StepComputer(model, config.seed());
                var batches = new DeliveredBatches(
                        data, new BatchRecipes(plan, data.ids(Part.TRAIN), config.seed(), 1, share), BATCHES_AHEAD)) {
            long began = 0;
            for (long step = 1; step <= warmUp + steps; step++) {
                if (step == warmUp + 1) {
                    began = System.nanoTime();
                }
                ShareGradient own = computer.computeShare(
                        plan, step, List.of(share), _ -> batches.take().batch());
                reduce.sum(own.whole());
                model.apply(
                        config.learningRate().at(step, plan.steps()),
                        own.whole(),
                        own.microbatches().stream()
                                .map(MicrobatchResult::statistics)
                                .toList());
            }
            return (System.nanoTime() - began) / 1e9;
        }
    }
}
