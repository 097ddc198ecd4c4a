package dev.perdure.training;

import dev.perdure.core.Seeds;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Batch;
import dev.perdure.engine.Gradient;
import dev.perdure.engine.Microbatch;
import dev.perdure.engine.TrainableModel;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;

/**
 * Gradients that are functions of (seed, step, microbatch), with numbers that show every other order of summation, some
 * of them not finite and some -0.
 */
final class MadeUpModel implements TrainableModel {
    private final long parameters;
    private final int statistics;
    private final long seed;

    MadeUpModel(long parameters, int statistics, long seed) {
        this.parameters = parameters;
        this.statistics = statistics;
        this.seed = seed;
    }

    @Override
    public long parameters() {
        return parameters;
    }

    @Override
    public int statistics() {
        return statistics;
    }

    @Override
    public Gradient gradient(Microbatch microbatch, TensorData into) {
        var random = new Random(Seeds.derive(seed, Seeds.Purpose.DROPOUT, microbatch.step(), microbatch.index()));
        for (long i = 0; i < parameters; i++) {
            into.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, value(random));
        }
        float[] numbers = new float[statistics];
        for (int i = 0; i < statistics; i++) {
            numbers[i] = random.nextFloat();
        }
        int samples = microbatch.batch().samples();
        return new Gradient(
                into,
                TensorData.of(Shape.of(statistics), numbers),
                random.nextGaussian(),
                random.nextInt(samples + 1),
                samples);
    }

    private static float value(Random random) {
        return switch (random.nextInt(40)) {
            case 0 -> -0.0f;
            case 1 -> random.nextInt(20) == 0 ? Float.NaN : 0;
            case 2 -> random.nextInt(20) == 0 ? Float.NEGATIVE_INFINITY : Float.MIN_VALUE;
            case 3 -> 1e8f;
            case 4 -> -1e8f;
            default -> (float) random.nextGaussian();
        };
    }

    @Override
    public State state() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void restore(State state) {
        throw new UnsupportedOperationException();
    }

    @Override
    public double apply(double learningRate, TensorData gradient, List<TensorData> statistics) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Evaluation evaluate(Batch batch) {
        throw new UnsupportedOperationException();
    }

    @Override
    public TensorData predict(TensorData inputs) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
