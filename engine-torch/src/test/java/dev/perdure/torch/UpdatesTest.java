package dev.perdure.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Layer.Initializer;
import dev.perdure.engine.Loss;
import dev.perdure.engine.ModelSpec;
import dev.perdure.engine.OptimizerSpec;
import dev.perdure.engine.TrainingPlan;
import dev.perdure.testkit.EngineWorkbench;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every optimizer against its published formulas, written out here in double precision, over 25 steps of given gradients.
 * Tolerance: 2e-6 for weights of about 1 (F32 rounds each step at 6e-8).
 */
class UpdatesTest {
    private static final int STEPS = 25;
    private static final double RATE = 0.01;

    static List<OptimizerSpec> optimizers() {
        return EngineWorkbench.optimizers();
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void followThePublishedFormulas(OptimizerSpec spec) {
        var layers = List.<Layer>of(
                new Layer.Dense("fc1", 5, true, Initializer.DEFAULT),
                new Layer.Dense("fc2", 3, true, Initializer.DEFAULT));
        var plan = new TrainingPlan(new ModelSpec.Layers(layers), Shape.of(7), 3, new Loss.CrossEntropy(0), spec, 1, 1);
        try (TorchModel model = new TorchEngine().open(plan);
                Arena arena = Arena.ofConfined()) {
            TensorData gradient = EngineWorkbench.gradientBuffer(arena, model);
            int count = (int) model.parameters();
            var expected = new Formulas(spec, weights(model));
            var random = new SplittableRandom(2);
            for (int step = 1; step <= STEPS; step++) {
                float[] values = new float[count];
                for (int i = 0; i < count; i++) {
                    values[i] = (float) (random.nextGaussian() * 0.2);
                }
                gradient.data().copyFrom(MemorySegment.ofArray(values));
                double rate = RATE / step;
                double norm = model.apply(rate, gradient, List.of());
                assertThat(norm).isCloseTo(expected.norm(values), within(1e-9));
                expected.step(rate, values);
                float[] actual = weights(model);
                for (int i = 0; i < count; i++) {
                    assertThat((double) actual[i])
                            .as("%s, step %d, value %d", spec, step, i)
                            .isCloseTo(expected.w[i], within(2e-6));
                }
            }
        }
    }

    @Test
    void scaleALargeGradientDownToTheLargestNorm() {
        var sgd = new OptimizerSpec(new OptimizerSpec.Rule.Sgd(0, 0, false), 0, 0, java.util.OptionalDouble.of(0.5));
        var layers = List.<Layer>of(new Layer.Dense("fc1", 2, false, Initializer.ZEROS));
        var plan =
                new TrainingPlan(new ModelSpec.Layers(layers), Shape.of(1), 2, new Loss.MeanSquaredError(), sgd, 1, 1);
        try (TorchModel model = new TorchEngine().open(plan);
                Arena arena = Arena.ofConfined()) {
            TensorData gradient = EngineWorkbench.gradientBuffer(arena, model);
            gradient.data().copyFrom(MemorySegment.ofArray(new float[] {3, -4}));
            assertThat(model.apply(1, gradient, List.of())).isEqualTo(5);
            assertThat(weights(model)).usingComparatorWithPrecision(1e-6f).containsExactly(-0.3f, 0.4f);
            gradient.data().copyFrom(MemorySegment.ofArray(new float[] {0.3f, -0.2f}));
            model.apply(1, gradient, List.of());
            assertThat(weights(model))
                    .as("a small one stays as it is")
                    .usingComparatorWithPrecision(1e-6f)
                    .containsExactly(-0.6f, 0.6f);
        }
    }

    private static float[] weights(TorchModel model) {
        float[] all = new float[(int) model.parameters()];
        int[] at = {0};
        model.state().startingWith("model/").tensors().values().forEach(tensor -> {
            float[] values = EngineWorkbench.floats(tensor);
            System.arraycopy(values, 0, all, at[0], values.length);
            at[0] += values.length;
        });
        return all;
    }

    /** What the papers, and PyTorch's documentation of the order of operations, say. */
    private static final class Formulas {
        private final OptimizerSpec spec;
        private final double[] w;
        private final double[] first;
        private final double[] second;
        private int t;

        Formulas(OptimizerSpec spec, float[] start) {
            this.spec = spec;
            w = new double[start.length];
            first = new double[start.length];
            second = new double[start.length];
            for (int i = 0; i < start.length; i++) {
                w[i] = start[i];
            }
        }

        double norm(float[] gradient) {
            double squares = 0;
            for (float g : gradient) {
                squares += (double) g * g;
            }
            return Math.sqrt(squares);
        }

        void step(double rate, float[] gradient) {
            t++;
            double norm = norm(gradient);
            double scale =
                    spec.clipNorm().isPresent() ? Math.min(1, spec.clipNorm().getAsDouble() / (norm + 1e-6)) : 1;
            for (int i = 0; i < w.length; i++) {
                double g = gradient[i] * scale + spec.l1() * Math.signum(w[i]);
                switch (spec.rule()) {
                    case OptimizerSpec.Rule.Sgd r -> sgd(r, rate, g + spec.weightDecay() * w[i], i);
                    case OptimizerSpec.Rule.Adam(double b1, double b2, double e) ->
                        adam(b1, b2, e, rate, g + spec.weightDecay() * w[i], i);
                    case OptimizerSpec.Rule.AdamW(double b1, double b2, double e) -> {
                        w[i] -= rate * spec.weightDecay() * w[i];
                        adam(b1, b2, e, rate, g, i);
                    }
                    case OptimizerSpec.Rule.RmsProp r -> rmsProp(r, rate, g + spec.weightDecay() * w[i], i);
                }
            }
        }

        private void sgd(OptimizerSpec.Rule.Sgd r, double rate, double g, int i) {
            first[i] = t == 1 ? g : r.momentum() * first[i] + (1 - r.dampening()) * g;
            double direction = r.momentum() == 0 ? g : r.nesterov() ? g + r.momentum() * first[i] : first[i];
            w[i] -= rate * direction;
        }

        private void adam(double b1, double b2, double epsilon, double rate, double g, int i) {
            first[i] = b1 * first[i] + (1 - b1) * g;
            second[i] = b2 * second[i] + (1 - b2) * g * g;
            double mean = first[i] / (1 - Math.pow(b1, t));
            double square = second[i] / (1 - Math.pow(b2, t));
            w[i] -= rate * mean / (Math.sqrt(square) + epsilon);
        }

        private void rmsProp(OptimizerSpec.Rule.RmsProp r, double rate, double g, int i) {
            second[i] = r.alpha() * second[i] + (1 - r.alpha()) * g * g;
            double direction = g / (Math.sqrt(second[i]) + r.epsilon());
            first[i] = r.momentum() * first[i] + direction;
            w[i] -= rate * first[i];
        }
    }
}
