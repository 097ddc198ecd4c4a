package dev.perdure.examples;

import dev.perdure.core.DType;
import dev.perdure.core.Seeds;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Logistic regression with momentum, in plain Java over memory outside the heap. Which samples a step takes depends on the
 * step alone, so that weights, momentum and step are all there is to save.
 */
class LogisticRegression implements AutoCloseable {
    private static final int FEATURES = 16;
    private static final int SAMPLES = 2_000;
    private static final int BATCH = 20;
    private static final float RATE = 0.05f;
    private static final float MOMENTUM = 0.9f;

    private final Arena arena = Arena.ofShared();
    private final TensorData weights = TensorData.allocate(arena, DType.F32, Shape.of(FEATURES));
    private final TensorData momentum = TensorData.allocate(arena, DType.F32, Shape.of(FEATURES));
    private final float[][] inputs = new float[SAMPLES][FEATURES];
    private final float[] targets = new float[SAMPLES];
    private final float[] gradient = new float[FEATURES];

    LogisticRegression() {
        for (int i = 0; i < SAMPLES; i++) {
            float sum = 0;
            for (int j = 0; j < FEATURES; j++) {
                inputs[i][j] = chance(i, j);
                sum += inputs[i][j] * (j - FEATURES / 2f);
            }
            targets[i] = sum + 2 * chance(i, FEATURES) > 0 ? 1 : 0;
        }
    }

    /** Returns a number in [-1, 1) that depends on its place alone. */
    private static float chance(int row, int column) {
        return (Seeds.mix(1_000L * row + column) >> 40) * 0x1p-23f;
    }

    /** Returns what has to be saved: views of the live memory. */
    State state() {
        return State.builder()
                .tensor("model/weights", weights)
                .tensor("optimizer/momentum", momentum)
                .build();
    }

    /** Computes the gradient of the next batch. Only reads the weights. */
    void computeGradient(long step) {
        Arrays.fill(gradient, 0);
        for (int i = 0; i < BATCH; i++) {
            int sample = (int) ((step * BATCH + i) % SAMPLES);
            float error = (float) probability(sample) - targets[sample];
            for (int j = 0; j < FEATURES; j++) {
                gradient[j] += error * inputs[sample][j] / BATCH;
            }
        }
    }

    /** Takes a step along the gradient. */
    void applyGradient() {
        MemorySegment w = weights.data();
        MemorySegment m = momentum.data();
        for (int j = 0; j < FEATURES; j++) {
            float velocity = MOMENTUM * m.getAtIndex(ValueLayout.JAVA_FLOAT, j) + gradient[j];
            m.setAtIndex(ValueLayout.JAVA_FLOAT, j, velocity);
            w.setAtIndex(ValueLayout.JAVA_FLOAT, j, w.getAtIndex(ValueLayout.JAVA_FLOAT, j) - RATE * velocity);
        }
    }

    /** Returns the mean cross-entropy over all samples. */
    double loss() {
        double sum = 0;
        for (int i = 0; i < SAMPLES; i++) {
            double probability = probability(i);
            sum -= StrictMath.log(targets[i] == 1 ? probability : 1 - probability);
        }
        return sum / SAMPLES;
    }

    private double probability(int sample) {
        double sum = 0;
        for (int j = 0; j < FEATURES; j++) {
            sum += weights.data().getAtIndex(ValueLayout.JAVA_FLOAT, j) * inputs[sample][j];
        }
        return 1 / (1 + StrictMath.exp(-sum));
    }

    @Override
    public void close() {
        arena.close();
    }
}
