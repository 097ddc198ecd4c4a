package dev.perdure.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Batch;
import dev.perdure.engine.Gradient;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Layer.Initializer;
import dev.perdure.engine.Loss;
import dev.perdure.engine.Microbatch;
import dev.perdure.engine.ModelSpec;
import dev.perdure.engine.TrainingPlan;
import dev.perdure.testkit.EngineWorkbench;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Losses and gradients of libtorch (F32) against central differences of {@link ReferenceNetwork} (double precision, step
 * 1e-6): every parameter value of every kind of layer and loss. Tolerance: 1e-4 of the largest value, plus 1e-6.
 */
class GradientsTest {
    private static final int SAMPLES = 5;
    private static final int BATCH = 8;
    private static final int OUTPUTS = 3;
    private static final Loss CROSS_ENTROPY = new Loss.CrossEntropy(0);

    static Stream<Arguments> networks() {
        Layer out = new Layer.Dense("out", OUTPUTS, true, Initializer.XAVIER_NORMAL);
        Layer conv = new Layer.Conv("conv", 3, 3, 1, 1, true, Initializer.DEFAULT);
        Layer tanh = new Layer.Activate(Layer.Activation.TANH);
        Stream<Arguments> layers = Stream.of(
                network(
                        "conv, strided, padded, no bias",
                        List.of(new Layer.Conv("conv", 4, 3, 2, 1, false, Initializer.KAIMING_UNIFORM), tanh, out)),
                network(
                        "conv 5, stride 1",
                        List.of(new Layer.Conv("conv", 2, 5, 1, 0, true, Initializer.DEFAULT), tanh, out)),
                network("max-pool overlapping", List.of(conv, new Layer.MaxPool(3, 2), out)),
                network("avg-pool", List.of(conv, tanh, new Layer.AvgPool(2, 2), out)),
                network("global-avg-pool", List.of(conv, tanh, new Layer.GlobalAvgPool(), out)),
                network("flatten", List.of(conv, tanh, new Layer.Flatten(), out)),
                network("batch-norm on images", List.of(conv, new Layer.BatchNorm("bn", 0.1, 1e-5), tanh, out)),
                network(
                        "batch-norm on rows",
                        List.of(
                                new Layer.Dense("fc", 4, false, Initializer.DEFAULT),
                                new Layer.BatchNorm("bn", 0.1, 1e-3),
                                tanh,
                                out)),
                network("layer-norm", List.of(conv, new Layer.LayerNorm("ln", 1e-5), tanh, conv("conv2", 2), out)),
                network(
                        "residual",
                        List.of(conv, new Layer.Residual("block", List.of(tanh, conv("inner", 3))), tanh, out)),
                network(
                        "residual with a strided shortcut",
                        List.of(
                                conv,
                                new Layer.Residual(
                                        "block",
                                        List.of(new Layer.Conv("inner", 4, 3, 2, 1, true, Initializer.DEFAULT), tanh)),
                                tanh,
                                out)),
                network(
                        "residual of rows",
                        List.of(
                                new Layer.Dense("fc", 4, true, Initializer.DEFAULT),
                                new Layer.Residual(
                                        "block", List.of(tanh, new Layer.Dense("inner", 6, true, Initializer.DEFAULT))),
                                out)));
        Stream<Arguments> activations = Stream.of(Layer.Activation.values())
                .map(activation -> network(activation.name(), List.of(conv, new Layer.Activate(activation), out)));
        Stream<Arguments> losses = Stream.of(
                        new Loss.CrossEntropy(0.1), new Loss.MeanSquaredError(), new Loss.BinaryCrossEntropy())
                .map(loss -> Arguments.of(loss.toString(), List.of(conv, tanh, out), loss));
        return Stream.of(layers, activations, losses).flatMap(all -> all);
    }

    private static Arguments network(String name, List<Layer> layers) {
        return Arguments.of(name, layers, CROSS_ENTROPY);
    }

    private static Layer conv(String name, int out) {
        return new Layer.Conv(name, out, 3, 1, 1, true, Initializer.DEFAULT);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("networks")
    void agreeWithDifferencesOfTheReference(String name, List<Layer> layers, Loss loss) {
        var plan = new TrainingPlan(
                new ModelSpec.Layers(layers), Shape.of(2, 6, 6), OUTPUTS, loss, EngineWorkbench.adam(), 3, 1);
        double[][] inputs = random(SAMPLES, 72, 5);
        double[][] targets = targets(loss);
        try (TorchModel model = new TorchEngine().open(plan);
                Arena arena = Arena.ofConfined()) {
            Map<String, double[]> parameters = parameters(model.state());
            TensorData into = EngineWorkbench.gradientBuffer(arena, model);
            Gradient gradient = model.gradient(
                    new Microbatch(1, 0, BATCH, 0, new Batch(images(inputs), tensor(loss, targets))), into);
            var reference = new Objective(layers, loss, inputs, targets, parameters);
            assertThat(gradient.lossSum()).isCloseTo(reference.lossSum(), within(1e-4));
            double[] expected = reference.differences(model.parameters());
            double scale = DoubleStream.of(expected).map(Math::abs).max().orElse(0);
            float[] actual = EngineWorkbench.floats(into);
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) actual[i])
                        .as("%s, value %d of %d", name, i, expected.length)
                        .isCloseTo(expected[i], within(1e-4 * scale + 1e-6));
            }
        }
    }

    /** The mean loss as a function of the parameters. */
    private record Objective(
            List<Layer> layers, Loss loss, double[][] inputs, double[][] targets, Map<String, double[]> parameters) {

        double lossSum() {
            var values = new ReferenceNetwork.Values(Shape.of(2, 6, 6), inputs);
            return ReferenceNetwork.loss(loss, new ReferenceNetwork(parameters).forward(layers, values), targets);
        }

        double[] differences(long count) {
            double[] all = new double[(int) count];
            int at = 0;
            double step = 1e-6;
            for (double[] values : parameters.values()) {
                for (int i = 0; i < values.length; i++) {
                    double old = values[i];
                    values[i] = old + step;
                    double above = lossSum();
                    values[i] = old - step;
                    double below = lossSum();
                    values[i] = old;
                    all[at++] = (above - below) / (2 * step) / BATCH;
                }
            }
            assertThat(at).as("every parameter was moved").isEqualTo(all.length);
            return all;
        }
    }

    private static Map<String, double[]> parameters(State state) {
        var parameters = new LinkedHashMap<String, double[]>();
        state.startingWith("model/").tensors().forEach((name, tensor) -> {
            boolean buffer = name.contains("running_") || tensor.dtype() == DType.I64;
            if (!buffer) {
                parameters.put(name.substring("model/".length()), doubles(EngineWorkbench.floats(tensor)));
            }
        });
        return parameters;
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    /** Values that a float holds exactly, so that both sides compute on the same. */
    private static double[][] random(int rows, int columns, long seed) {
        var random = new SplittableRandom(seed);
        double[][] values = new double[rows][columns];
        for (double[] row : values) {
            for (int i = 0; i < columns; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return values;
    }

    private static double[][] targets(Loss loss) {
        double[][] targets = random(SAMPLES, OUTPUTS, 6);
        for (int n = 0; n < SAMPLES; n++) {
            for (int i = 0; i < OUTPUTS; i++) {
                targets[n][i] = switch (loss) {
                    case Loss.CrossEntropy _ -> n % OUTPUTS;
                    case Loss.MeanSquaredError() -> targets[n][i];
                    case Loss.BinaryCrossEntropy() -> targets[n][i] > 0 ? 1 : 0;
                };
            }
        }
        return targets;
    }

    private static TensorData images(double[][] inputs) {
        return TensorData.of(Shape.of(inputs.length, 2, 6, 6), floats(inputs));
    }

    private static TensorData tensor(Loss loss, double[][] targets) {
        if (loss instanceof Loss.CrossEntropy) {
            long[] classes = new long[targets.length];
            for (int n = 0; n < classes.length; n++) {
                classes[n] = (long) targets[n][0];
            }
            return TensorData.of(Shape.of(classes.length), classes);
        }
        return TensorData.of(Shape.of(targets.length, OUTPUTS), floats(targets));
    }

    private static float[] floats(double[][] rows) {
        float[] values = new float[rows.length * rows[0].length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) rows[i / rows[0].length][i % rows[0].length];
        }
        return values;
    }
}
