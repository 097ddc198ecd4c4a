package dev.perdure.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Layer.Activation;
import dev.perdure.engine.Layer.Initializer;
import dev.perdure.engine.Loss;
import dev.perdure.engine.ModelSpec;
import dev.perdure.engine.OptimizerSpec;
import dev.perdure.engine.Port;
import dev.perdure.engine.Predictor;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.engine.ServedProgram;
import dev.perdure.engine.Shapes;
import dev.perdure.engine.TrainableModel;
import dev.perdure.engine.TrainingPlan;
import dev.perdure.export.OnnxExport;
import dev.perdure.torch.TorchEngine;
import dev.perdure.torch.TorchPredictors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written as ONNX answers as libtorch does: every layer by itself, known networks, and ones made by chance. */
class OnnxExportTest {
    private static final Predictors ONNX = new OnnxPredictors(OnnxOptions.standard());
    private static final Predictors PLAIN = new OnnxPredictors(new OnnxOptions(1, false));
    private static final Predictors TORCH = new TorchPredictors(1);
    private static final List<Activation> ACTIVATIONS = List.of(Activation.values());
    private static final Shape IMAGE = Shape.of(3, 9, 7);
    private static final Shape ROW = Shape.of(11);

    private static Layer conv(String name, int out, int kernel, int stride, int padding) {
        return new Layer.Conv(name, out, kernel, stride, padding, true, Initializer.DEFAULT);
    }

    private static Layer bareConv(String name, int out, int kernel, int stride, int padding) {
        return new Layer.Conv(name, out, kernel, stride, padding, false, Initializer.KAIMING_NORMAL);
    }

    private static Layer dense(String name, int out) {
        return new Layer.Dense(name, out, true, Initializer.DEFAULT);
    }

    private static Layer relu() {
        return new Layer.Activate(Activation.RELU);
    }

    /** A network on a sample's shape, named for the report. */
    record Case(String name, Shape input, List<Layer> layers) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case image(String name, Layer... layers) {
        return new Case(name, IMAGE, List.of(layers));
    }

    private static Case row(String name, Layer... layers) {
        return new Case(name, ROW, List.of(layers));
    }

    static Stream<Case> everyLayer() {
        List<Case> cases = new ArrayList<>(List.of(
                image("conv", conv("c", 4, 3, 1, 0)),
                image("conv, strided and padded", conv("c", 4, 3, 2, 2)),
                image("conv without bias", bareConv("c", 5, 1, 3, 0)),
                image("max-pool", new Layer.MaxPool(2, 2)),
                image("max-pool, overlapping", new Layer.MaxPool(3, 2)),
                image("avg-pool", new Layer.AvgPool(2, 2)),
                image("avg-pool, overlapping", new Layer.AvgPool(3, 1)),
                image("global-avg-pool", new Layer.GlobalAvgPool()),
                image("flatten", new Layer.Flatten()),
                row("flatten of rows", new Layer.Flatten()),
                image("dense of images", dense("d", 6)),
                row("dense", dense("d", 6)),
                row("dense without bias", new Layer.Dense("d", 6, false, Initializer.DEFAULT)),
                new Case("dense of tables", Shape.of(4, 5), List.of(dense("d", 6))),
                image("batch-norm", new Layer.BatchNorm("n", 0.1, 1e-5)),
                image("batch-norm, large epsilon", new Layer.BatchNorm("n", 0.3, 0.5)),
                row("batch-norm of rows", new Layer.BatchNorm("n", 0.1, 1e-5)),
                image("layer-norm", new Layer.LayerNorm("n", 1e-5)),
                row("layer-norm of rows", new Layer.LayerNorm("n", 0.1)),
                new Case("layer-norm of tables", Shape.of(4, 5), List.of(new Layer.LayerNorm("n", 1e-5))),
                image("dropout", new Layer.Dropout(0.5)),
                image("residual", new Layer.Residual("r", List.of(conv("c", 3, 3, 1, 1), relu()))),
                image("residual, strided", new Layer.Residual("r", List.of(conv("c", 6, 3, 2, 1)))),
                image("residual of nothing", new Layer.Residual("r", List.of())),
                row("residual of rows", new Layer.Residual("r", List.of(dense("d", 11), relu()))),
                row("residual of rows, wider", new Layer.Residual("r", List.of(dense("d", 13)))),
                image(
                        "residual within residual",
                        new Layer.Residual(
                                "r",
                                List.of(
                                        new Layer.Residual("inner", List.of(conv("c", 4, 3, 1, 1))),
                                        new Layer.BatchNorm("n", 0.1, 1e-5))))));
        for (Activation activation : Activation.values()) {
            cases.add(row(activation.name(), new Layer.Activate(activation)));
            cases.add(image(activation.name() + " of images", new Layer.Activate(activation)));
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("everyLayer")
    void everyLayerAnswersAsInLibtorch(Case layer) {
        List<Layer> layers = new ArrayList<>(layer.layers());
        layers.add(dense("last", 4));
        assertSame(layers, layer.input(), 1);
    }

    static Stream<Case> layersOfRows() {
        return everyLayer().filter(layer -> layer.input().equals(ROW));
    }

    @ParameterizedTest
    @MethodSource("layersOfRows")
    void aLayerThatIsTheLastOneGivesTheAnswer(Case layer) {
        List<Layer> layers = new ArrayList<>(List.of(dense("first", 11)));
        layers.addAll(layer.layers());
        assertSame(layers, layer.input(), 2);
    }

    @Test
    void aNetworkOfNothingGivesWhatItIsGiven() {
        assertSame(List.of(), ROW, 3);
        assertSame(List.of(new Layer.Dropout(0.3)), ROW, 3);
    }

    @Test
    void knownNetworksAnswerAsInLibtorch() {
        assertSame(digits(), Shape.of(1, 28, 28), 4);
        assertSame(
                List.of(
                        bareConv("stem", 8, 3, 1, 1),
                        new Layer.BatchNorm("bn", 0.1, 1e-5),
                        relu(),
                        new Layer.Residual(
                                "block1",
                                List.of(
                                        bareConv("a", 16, 3, 2, 1),
                                        new Layer.BatchNorm("an", 0.1, 1e-5),
                                        relu(),
                                        bareConv("b", 16, 3, 1, 1),
                                        new Layer.BatchNorm("bn", 0.1, 1e-5))),
                        new Layer.Activate(Activation.GELU),
                        new Layer.GlobalAvgPool(),
                        dense("head", 10)),
                Shape.of(3, 16, 16),
                5);
    }

    /** The network of {@code examples/digits.yaml}. */
    private static List<Layer> digits() {
        return List.of(
                conv("conv1", 32, 3, 1, 0),
                relu(),
                new Layer.MaxPool(2, 2),
                conv("conv2", 64, 3, 1, 0),
                relu(),
                new Layer.MaxPool(2, 2),
                dense("fc1", 64),
                relu(),
                dense("fc2", 10));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void networksMadeByChanceAnswerAsInLibtorch(long seed) {
        var random = new SplittableRandom(seed);
        Shape input = random.nextBoolean()
                ? Shape.of(1 + random.nextInt(4), 5 + random.nextInt(8), 5 + random.nextInt(8))
                : Shape.of(1 + random.nextInt(20));
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Layer next = chance(random, "l" + i, true);
            List<Layer> longer = new ArrayList<>(layers);
            longer.add(next);
            if (Shapes.infer(longer, input).problems().isEmpty()) {
                layers = longer;
            }
        }
        layers.add(dense("last", 3));
        assertSame(layers, input, seed);
    }

    private static Layer chance(SplittableRandom random, String name, boolean nested) {
        return switch (random.nextInt(nested ? 10 : 8)) {
            case 0 ->
                new Layer.Conv(
                        name,
                        1 + random.nextInt(6),
                        1 + random.nextInt(4),
                        1 + random.nextInt(2),
                        random.nextInt(3),
                        random.nextBoolean(),
                        Initializer.DEFAULT);
            case 1 -> new Layer.BatchNorm(name, 0.2, 1e-4);
            case 2 -> new Layer.LayerNorm(name, 1e-4);
            case 3, 4 -> new Layer.Activate(ACTIVATIONS.get(random.nextInt(ACTIVATIONS.size())));
            case 5 -> random.nextBoolean() ? new Layer.MaxPool(2, 1) : new Layer.AvgPool(2, 2);
            case 6 -> random.nextInt(5) == 0 ? dense(name, 1 + random.nextInt(30)) : new Layer.Dropout(0.2);
            case 7 -> random.nextInt(8) == 0 ? new Layer.GlobalAvgPool() : bareConv(name, 3, 3, 1, 1);
            default -> new Layer.Residual(name, List.of(chance(random, "a", false), chance(random, "b", false)));
        };
    }

    /** Weights and running statistics are drawn by chance, so that nothing hides behind ones and zeros. */
    private static SequencedMap<String, TensorData> weights(List<Layer> layers, Shape input, int outputs, long seed) {
        var plan = new TrainingPlan(
                new ModelSpec.Layers(withParameters(layers)),
                input,
                outputs,
                new Loss.MeanSquaredError(),
                new OptimizerSpec(new OptimizerSpec.Rule.Sgd(0, 0, false), 0, 0, OptionalDouble.empty()),
                seed,
                1);
        var weights = new LinkedHashMap<String, TensorData>();
        try (TrainableModel model = new TorchEngine().open(plan)) {
            State state = model.state().startingWith("model/");
            var random = new SplittableRandom(seed);
            state.tensors().forEach((name, tensor) -> {
                String plain = name.substring("model/".length());
                if (!plain.startsWith("unused")) {
                    weights.put(plain, drawn(plain, tensor, random));
                }
            });
        }
        return weights;
    }

    /** A model to train needs a parameter. */
    private static List<Layer> withParameters(List<Layer> layers) {
        List<Layer> more = new ArrayList<>(layers);
        more.add(new Layer.LayerNorm("unused", 1e-5));
        return more;
    }

    private static TensorData drawn(String name, TensorData like, SplittableRandom random) {
        if (like.dtype() != DType.F32) {
            return new TensorData(like.dtype(), like.shape(), MemorySegment.ofArray(new byte[(int) like.bytes()]));
        }
        float[] values = like.data().toArray(ValueLayout.JAVA_FLOAT);
        boolean positive = name.endsWith("running_var");
        for (int i = 0; i < values.length; i++) {
            double draw = random.nextDouble() - 0.5;
            values[i] += (float) (positive ? draw : draw * 0.4);
        }
        return TensorData.of(like.shape(), values);
    }

    private static void assertSame(List<Layer> layers, Shape sample, long seed) {
        Shape output = Shapes.infer(layers, sample).output();
        Port in = new Port("input", DType.F32, sample);
        Port out = new Port("output", DType.F32, output);
        var weights = weights(layers, sample, Math.toIntExact(output.elements()), seed);
        try (Arena arena = Arena.ofShared()) {
            var onnx = new ServedProgram.Onnx(OnnxExport.write(layers, in, out, weights, arena));
            ServedModel file = new ServedModel(onnx, new LinkedHashMap<>(), List.of(in), List.of(out));
            ServedModel network = new ServedModel(new ServedProgram.Layers(layers), weights, List.of(in), List.of(out));
            try (Predictor torch = TORCH.open(network);
                    Predictor runtime = ONNX.open(file);
                    Predictor plain = PLAIN.open(file)) {
                for (int samples : new int[] {1, 5}) {
                    TensorData inputs = inputs(in.batch(samples), seed);
                    float[] expected = ask(torch, inputs, arena);
                    assertClose(expected, ask(runtime, inputs, arena), layers);
                    assertClose(expected, ask(plain, inputs, arena), layers);
                }
            }
        }
    }

    /** Returns what a network's file gives beside its output, for some samples; the output is that of a file without. */
    private static float[] inner(List<Layer> layers, Shape sample, TensorData inputs, Port inner, Arena arena) {
        Shape output = Shapes.infer(layers, sample).output();
        Port in = new Port("input", DType.F32, sample);
        Port out = new Port("output", DType.F32, output);
        assertThat(OnnxExport.inner(layers, in)).map(OnnxExport.Inner::port).contains(inner);
        var weights = weights(layers, sample, Math.toIntExact(output.elements()), 3);
        var without = new ServedProgram.Onnx(OnnxExport.write(layers, in, out, weights, arena));
        var with = new ServedProgram.Onnx(OnnxExport.writeWithInner(layers, in, out, weights, arena));
        try (Predictor bare = ONNX.open(new ServedModel(without, new LinkedHashMap<>(), List.of(in), List.of(out)));
                Predictor both =
                        ONNX.open(new ServedModel(with, new LinkedHashMap<>(), List.of(in), List.of(out, inner)));
                Predictor unasked =
                        ONNX.open(new ServedModel(with, new LinkedHashMap<>(), List.of(in), List.of(out)))) {
            var answers = both.predict(Map.of("input", inputs), arena);
            assertThat(Objects.requireNonNull(answers.get("output")).data().toArray(ValueLayout.JAVA_FLOAT))
                    .isEqualTo(ask(bare, inputs, arena))
                    .isEqualTo(ask(unasked, inputs, arena));
            return Objects.requireNonNull(answers.get("perdure_inner")).data().toArray(ValueLayout.JAVA_FLOAT);
        }
    }

    @Test
    void aFileThatGivesItsInnerLayerGivesWhatTheLastDenseLayerIsGivenAndTheSameAnswers() {
        List<Layer> until = List.of(
                conv("c", 3, 3, 1, 0),
                new Layer.Residual("block", List.of(conv("a", 3, 3, 1, 1), relu())),
                new Layer.Flatten(),
                dense("fc1", 9),
                new Layer.Activate(Activation.TANH));
        List<Layer> layers = new ArrayList<>(until);
        layers.addAll(List.of(
                dense("fc2", 4), new Layer.Residual("r", List.of(dense("nested", 4), relu())), new Layer.Dropout(0.1)));
        TensorData inputs = inputs(Shape.of(5, 3, 9, 7), 4);
        Port in = new Port("input", DType.F32, IMAGE);
        Port out = Port.of("output", DType.F32, 9);
        try (Arena arena = Arena.ofShared()) {
            float[] inner = inner(layers, IMAGE, inputs, Port.of("perdure_inner", DType.F32, 9), arena);
            var own = new LinkedHashMap<>(weights(layers, IMAGE, 4, 3));
            own.keySet().removeIf(name -> name.startsWith("fc2") || name.startsWith("r."));
            try (Predictor torch =
                    TORCH.open(new ServedModel(new ServedProgram.Layers(until), own, List.of(in), List.of(out)))) {
                assertClose(ask(torch, inputs, arena), inner, layers);
            }
        }
    }

    @Test
    void aWideInnerLayerIsGivenAsFewerSumsThatKeepDistances() {
        List<Layer> layers = List.of(dense("only", 3));
        TensorData inputs = inputs(Shape.of(40, 3, 9, 7), 5);
        try (Arena arena = Arena.ofShared()) {
            float[] inner = inner(layers, IMAGE, inputs, Port.of("perdure_inner", DType.F32, 64), arena);
            float[] given = inputs.data().toArray(ValueLayout.JAVA_FLOAT);
            for (int i = 1; i < 40; i++) {
                assertThat(squared(inner, 64, i) / squared(given, 189, i))
                        .as("distance of sample %d", i)
                        .isBetween(0.4, 1.8);
            }
        }
    }

    /** Returns the squared distance between the first row and another. */
    private static double squared(float[] rows, int width, int row) {
        double sum = 0;
        for (int c = 0; c < width; c++) {
            double off = rows[row * width + c] - rows[c];
            sum += off * off;
        }
        return sum;
    }

    @Test
    void aNetworkWithoutADenseLayerOfItsOwnGivesNoInnerLayer() {
        List<Layer> layers = List.of(new Layer.Residual("r", List.of(dense("nested", 11))));
        Port in = new Port("input", DType.F32, ROW);
        assertThat(OnnxExport.inner(layers, in)).isEmpty();
        try (Arena arena = Arena.ofShared()) {
            var weights = weights(layers, ROW, 11, 3);
            Port out = Port.of("output", DType.F32, 11);
            assertThat(OnnxExport.writeWithInner(layers, in, out, weights, arena)
                            .mismatch(OnnxExport.write(layers, in, out, weights, arena)))
                    .isEqualTo(-1);
        }
    }

    private static TensorData inputs(Shape shape, long seed) {
        var random = new SplittableRandom(seed);
        float[] values = new float[Math.toIntExact(shape.elements())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextDouble() * 6 - 3);
        }
        return TensorData.of(shape, values);
    }

    private static float[] ask(Predictor predictor, TensorData inputs, Arena arena) {
        var answers = predictor.predict(Map.of("input", inputs), arena);
        return Objects.requireNonNull(answers.get("output")).data().toArray(ValueLayout.JAVA_FLOAT);
    }

    private static void assertClose(float[] expected, float[] actual, List<Layer> layers) {
        assertThat(actual).hasSameSizeAs(expected);
        double largest = 1;
        for (float value : expected) {
            assertThat(value).isFinite();
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i])
                    .as("element %d of %s", i, layers)
                    .isCloseTo(expected[i], org.assertj.core.data.Offset.offset(2e-5 * largest));
        }
    }

    @Test
    void theSameNetworkGivesTheSameBytes() {
        Port in = Port.of("input", DType.F32, 1, 28, 28);
        Port out = Port.of("output", DType.F32, 10);
        var weights = weights(digits(), in.sample(), 10, 6);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = OnnxExport.write(digits(), in, out, weights, arena);
            MemorySegment two = OnnxExport.write(digits(), in, out, weights, arena);
            assertThat(one.mismatch(two)).isEqualTo(-1);
        }
    }

    @Test
    void saysWhichWeightIsMissingOrAnothers() {
        Port in = Port.of("input", DType.F32, 11);
        Port out = Port.of("output", DType.F32, 4);
        var weights = new LinkedHashMap<String, TensorData>();
        weights.put("fc.weigth", TensorData.of(Shape.of(4, 11), new float[44]));
        weights.put("fc.bias", TensorData.of(Shape.of(3), new float[3]));
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> OnnxExport.write(List.of(dense("fc", 4)), in, out, weights, Arena.ofAuto()))
                .withMessageContainingAll(
                        "fc.weight is missing (expected: F32 [4, 11]). Did you mean 'fc.weigth'?",
                        "fc.bias is F32 [3] (expected: F32 [4])");
    }

    @Test
    void refusesANetworkThatNoFileHoldsBeforeThereAreWeights() {
        Port in = Port.of("input", DType.F32, 1 << 16);
        Port out = Port.of("output", DType.F32, 10);
        OnnxExport.require(List.of(dense("fc1", 1 << 12), dense("fc2", 10)), in, out);
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> OnnxExport.require(List.of(dense("fc1", 1 << 13), dense("fc2", 10)), in, out))
                .withMessageContaining("(expected: at most 2147483647 in an ONNX file)");
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> OnnxExport.require(List.of(dense("fc1", 7)), in, out))
                .withMessageContaining("model.layers");
    }
}
