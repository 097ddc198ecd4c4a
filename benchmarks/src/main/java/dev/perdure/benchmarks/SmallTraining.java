package dev.perdure.benchmarks;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Batch;
import dev.perdure.engine.Engine;
import dev.perdure.engine.Loss;
import dev.perdure.engine.OptimizerSpec;
import dev.perdure.engine.TrainableModel;
import dev.perdure.engine.TrainingPlan;
import dev.perdure.training.StepComputer;
import dev.perdure.training.StepPlan;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;

/** The worked example's network in training on made-up images. Not thread-safe. */
final class SmallTraining implements AutoCloseable {
    static final int BATCH = 64;

    private final Arena arena = Arena.ofShared();
    private final TrainableModel model;
    private final StepComputer computer;
    private final StepPlan plan;
    private final List<Batch> batches = new ArrayList<>();
    private long step;

    SmallTraining(Engine engine, int threads, int microbatches) {
        var optimizer = new OptimizerSpec(new OptimizerSpec.Rule.Adam(0.9, 0.999, 1e-8), 0, 0, OptionalDouble.empty());
        model = engine.open(new TrainingPlan(
                TrainBench.network(), Shape.of(1, 28, 28), 10, new Loss.CrossEntropy(0), optimizer, 42, threads));
        computer = new StepComputer(model, 42);
        plan = new StepPlan(BATCH, BATCH, microbatches, 1_000_000);
        var random = new Random(42);
        for (int index = 0; index < microbatches; index++) {
            batches.add(batch(plan.microbatchOf(1, index).size(), random, arena));
        }
    }

    private static Batch batch(int samples, Random random, Arena arena) {
        TensorData inputs = TensorData.allocate(arena, DType.F32, Shape.of(samples, 1, 28, 28));
        for (long i = 0; i < inputs.shape().elements(); i++) {
            inputs.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        TensorData targets = TensorData.allocate(arena, DType.I64, Shape.of(samples));
        for (long i = 0; i < samples; i++) {
            targets.data().setAtIndex(ValueLayout.JAVA_LONG, i, random.nextInt(10));
        }
        return new Batch(inputs, targets);
    }

    double stepsPerSecond(int steps) throws InterruptedException {
        long begin = System.nanoTime();
        steps(steps);
        return steps / ((System.nanoTime() - begin) / 1e9);
    }

    /** Takes one step. */
    void step(Runnable beforeWeightsChange) throws InterruptedException {
        step++;
        var gradient = computer.compute(plan, step, batches::get);
        beforeWeightsChange.run();
        model.apply(0.001, gradient.gradient(), gradient.statistics());
    }

    void steps(int steps) throws InterruptedException {
        for (int i = 0; i < steps; i++) {
            step(() -> {});
        }
    }

    @Override
    public void close() {
        computer.close();
        model.close();
        arena.close();
    }
}
