package dev.perdure.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.perdure.core.Shape;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Layer.Initializer;
import dev.perdure.engine.Loss;
import dev.perdure.engine.ModelSpec;
import dev.perdure.engine.TrainingPlan;
import dev.perdure.testkit.EngineWorkbench;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InitialisersTest {
    private static final int IN = 64;
    private static final int OUT = 48;

    @Test
    void drawUniformlyWithinTheirBounds() {
        uniform(Initializer.DEFAULT, 1 / Math.sqrt(IN));
        uniform(Initializer.KAIMING_UNIFORM, Math.sqrt(6.0 / IN));
        uniform(Initializer.XAVIER_UNIFORM, Math.sqrt(6.0 / (IN + OUT)));
    }

    private static void uniform(Initializer initializer, double bound) {
        double[] weights = weights(initializer, 1);
        assertThat(Arrays.stream(weights).map(Math::abs).max().orElseThrow())
                .as("%s", initializer)
                .isBetween(bound * 0.98, bound);
        assertThat(deviation(weights)).as("%s", initializer).isCloseTo(bound / Math.sqrt(3), within(bound * 0.03));
    }

    @Test
    void drawNormallyWithTheirDeviation() {
        assertThat(deviation(weights(Initializer.KAIMING_NORMAL, 1))).isCloseTo(Math.sqrt(2.0 / IN), within(0.006));
        assertThat(deviation(weights(Initializer.XAVIER_NORMAL, 1)))
                .isCloseTo(Math.sqrt(2.0 / (IN + OUT)), within(0.005));
    }

    @Test
    void makeRowsOrthonormal() {
        double[] weights = weights(Initializer.ORTHOGONAL, 1);
        for (int a = 0; a < OUT; a++) {
            for (int b = 0; b <= a; b++) {
                int first = a;
                int second = b;
                double dot = IntStream.range(0, IN)
                        .mapToDouble(i -> weights[first * IN + i] * weights[second * IN + i])
                        .sum();
                assertThat(dot).as("row %d times row %d", a, b).isCloseTo(a == b ? 1 : 0, within(1e-5));
            }
        }
    }

    @Test
    void drawFromTheSeedAlone() {
        assertThat(weights(Initializer.ORTHOGONAL, 5)).isEqualTo(weights(Initializer.ORTHOGONAL, 5));
        assertThat(weights(Initializer.DEFAULT, 5)).isNotEqualTo(weights(Initializer.DEFAULT, 6));
        assertThat(weights(Initializer.ZEROS, 1)).containsOnly(0.0);
    }

    private static double deviation(double[] values) {
        return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum() / values.length);
    }

    private static double[] weights(Initializer initializer, long seed) {
        var layers = List.<Layer>of(new Layer.Dense("fc", OUT, true, initializer));
        var plan = new TrainingPlan(
                new ModelSpec.Layers(layers),
                Shape.of(IN),
                OUT,
                new Loss.CrossEntropy(0),
                EngineWorkbench.adam(),
                seed,
                1);
        try (TorchModel model = new TorchEngine().open(plan)) {
            float[] values = EngineWorkbench.floats(model.state().tensor("model/fc.weight"));
            return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
        }
    }
}
