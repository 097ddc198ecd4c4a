package dev.perdure.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ModelSettingsTest {

    @Test
    void readsTheWorkedExample() {
        ModelSettings read = model("""
                layers:
                  - conv: {name: conv1, out: 32, kernel: 3}
                  - relu
                  - max-pool: {kernel: 2}
                  - dense: {name: fc1, out: 10}
                loss: cross-entropy
                """);
        assertThat(read)
                .isEqualTo(new ModelSettings(
                        new ModelSpec.Layers(List.of(
                                new Layer.Conv("conv1", 32, 3, 1, 0, true, Layer.Initializer.DEFAULT),
                                new Layer.Activate(Layer.Activation.RELU),
                                new Layer.MaxPool(2, 2),
                                new Layer.Dense("fc1", 10, true, Layer.Initializer.DEFAULT))),
                        new Loss.CrossEntropy(0)));
    }

    @Test
    void namesLayersByKindAndOrder() {
        ModelSettings read = model("""
                layers:
                  - conv: {out: 4, kernel: 3, padding: 1}
                  - batch-norm
                  - residual:
                      body:
                        - conv: {out: 4, kernel: 3, padding: 1}
                        - batch-norm
                  - conv: {out: 8, kernel: 3}
                  - dense: {out: 10}
                """);
        assertThat(((ModelSpec.Layers) read.model()).layers().toString())
                .contains("name=conv1, out=4", "name=bn1", "name=block1", "name=conv2, out=8", "name=fc1");
    }

    @Test
    void takesTheProbabilityOfDropoutBare() {
        assertThat(((ModelSpec.Layers) model("layers: [dropout: 0.25, dropout: {probability: 0.5}]")
                                .model())
                        .layers())
                .containsExactly(new Layer.Dropout(0.25), new Layer.Dropout(0.5));
    }

    @Test
    void readsAProgramAndAFileRelativeToTheConfiguration() {
        assertThat(model("program: com.acme.Net\nloss: mse"))
                .isEqualTo(new ModelSettings(new ModelSpec.Program("com.acme.Net"), new Loss.MeanSquaredError()));
        assertThat(model("torchscript: nets/a.pt\nloss: bce").model())
                .isEqualTo(new ModelSpec.TorchScript(Path.of("folder/nets/a.pt")));
    }

    @Test
    void guessesWhatWasMeantByAnUnknownLayer() {
        assertThat(problems("layers:\n  - relu\n  - maxpool: {kernel: 2}\n  - gellu"))
                .satisfiesExactly(
                        p -> assertThat(p)
                                .startsWith("test.yaml:4: model.layers[1].maxpool: 'maxpool' is not a layer."
                                        + " Did you mean 'max-pool'?"),
                        p -> assertThat(p)
                                .startsWith("test.yaml:5: model.layers[2]: 'gellu' is not a layer. Did you mean"));
    }

    @Test
    void reportsEveryImpossibleValueWithItsLine() {
        List<String> problems = problems("""
                layers:
                  - conv: {out: 0, kernel: 3}
                  - dropout: 1
                  - dense: {name: 1st, out: 10}
                  - batch-norm: {name: x, momentum: 2, epsilon: 0}
                  - conv
                  - dense: {name: x, out: 2, init: kaiming}
                  - relu: 3
                loss: {cross-entropy: {label-smoothing: 1}}
                """);
        assertThat(problems)
                .anySatisfy(p ->
                        assertThat(p).contains(":3:", "model.layers[0].conv.out: 0 (expected: a whole number >= 1"))
                .anySatisfy(p ->
                        assertThat(p).contains(":4:", "model.layers[1].dropout: 1 (expected: a number >= 0 and < 1)"))
                .anySatisfy(p -> assertThat(p).contains(":5:", "'1st' (expected: letters"))
                .anySatisfy(p -> assertThat(p).contains(":6:", "momentum: 2 (expected"))
                .anySatisfy(p -> assertThat(p).contains(":6:", "epsilon: 0 (expected: a number > 0"))
                .anySatisfy(p -> assertThat(p).contains(":7:", "out: is missing"))
                .anySatisfy(p -> assertThat(p).contains(":8:", "'x' names two layers"))
                .anySatisfy(p -> assertThat(p).contains(":8:", "init: kaiming (expected: one of default, "))
                .anySatisfy(p -> assertThat(p).contains(":9:", "model.layers[6].relu: is not a section"))
                .anySatisfy(p -> assertThat(p).contains(":10:", "label-smoothing: 1 ("));
    }

    @Test
    void wantsExactlyOneNetwork() {
        assertThat(problems("loss: mse"))
                .singleElement()
                .asString()
                .contains("has 0 of layers, program and torchscript");
        assertThat(problems("program: A\ntorchscript: b.pt"))
                .singleElement()
                .asString()
                .contains("has 2 of");
    }

    @Test
    void givesItsCanonicalTextBackAsAnEqualModel() {
        ModelSettings all = new ModelSettings(new ModelSpec.Layers(everyLayer()), new Loss.CrossEntropy(0.1));
        assertThat(model(all.yaml())).isEqualTo(all);
        assertThat(model(all.yaml()).yaml()).isEqualTo(all.yaml());
        var script =
                new ModelSettings(new ModelSpec.TorchScript(Path.of("/it's here.pt")), new Loss.MeanSquaredError());
        assertThat(model(script.yaml())).isEqualTo(script);
    }

    @Test
    void readsEveryOptimizerBackFromItsCanonicalText() {
        for (OptimizerSpec.Rule rule : List.of(
                new OptimizerSpec.Rule.Sgd(0.9, 0, true),
                new OptimizerSpec.Rule.Sgd(0.5, 0.25, false),
                new OptimizerSpec.Rule.Adam(0.8, 0.99, 1e-7),
                new OptimizerSpec.Rule.AdamW(0.9, 0.999, 1e-8),
                new OptimizerSpec.Rule.RmsProp(0.95, 1e-6, 0.1))) {
            var clipped = new OptimizerSpec(rule, 0.02, 1e-5, OptionalDouble.of(0.5));
            var plain = new OptimizerSpec(rule, 0, 0, OptionalDouble.empty());
            assertThat(optimizer(OptimizerSettings.yaml(clipped))).isEqualTo(clipped);
            assertThat(optimizer(OptimizerSettings.yaml(plain))).isEqualTo(plain);
        }
    }

    @Test
    void readsEveryScheduleBackFromItsCanonicalText() {
        for (LearningRate rate : LearningRateTest.schedules()) {
            Settings settings = Settings.parse("test.yaml", LearningRateSettings.yaml(rate));
            assertThat(LearningRateSettings.read(settings)).isEqualTo(rate);
            settings.finish();
        }
    }

    @Test
    void takesDefaultsWhereNothingIsSaid() {
        assertThat(optimizer("optimizer: adam"))
                .isEqualTo(
                        new OptimizerSpec(new OptimizerSpec.Rule.Adam(0.9, 0.999, 1e-8), 0, 0, OptionalDouble.empty()));
        assertThat(optimizer("optimizer: adamw").weightDecay())
                .as("PyTorch's default")
                .isEqualTo(0.01);
        assertThat(LearningRateSettings.read(Settings.parse("test.yaml", "epochs: 1")))
                .isEqualTo(new LearningRate.Constant(0.001));
    }

    @Test
    void reportsImpossibleOptimizersAndRates() {
        Settings settings = Settings.parse("test.yaml", """
                optimizer: {sgd: {nesterov: true}}
                learning-rate: {cosin: {rate: 1}}
                weight-decay: -1
                clip-norm: 0
                """);
        OptimizerSettings.read(settings);
        LearningRateSettings.read(settings);
        assertThat(problemsOf(settings))
                .anySatisfy(p -> assertThat(p).contains(":1:", "nesterov: true with momentum 0.0"))
                .anySatisfy(p -> assertThat(p)
                        .contains(":2:", "'cosin' (expected: a number, or one of", "Did you mean 'cosine'?"))
                .anySatisfy(p -> assertThat(p).contains(":3:", "weight-decay: -1"))
                .anySatisfy(p -> assertThat(p).contains(":4:", "clip-norm: 0 (expected: a number > 0"));
    }

    static List<Layer> everyLayer() {
        return List.of(
                new Layer.Conv("conv1", 4, 3, 2, 1, false, Layer.Initializer.KAIMING_NORMAL),
                new Layer.BatchNorm("bn1", 0.2, 1e-4),
                new Layer.Activate(Layer.Activation.LEAKY_RELU),
                new Layer.MaxPool(2, 1),
                new Layer.AvgPool(2, 2),
                new Layer.Residual("block1", List.of(new Layer.Dropout(0.1), new Layer.LayerNorm("ln1", 1e-5))),
                new Layer.GlobalAvgPool(),
                new Layer.Flatten(),
                new Layer.Dense("fc1", 10, true, Layer.Initializer.ORTHOGONAL));
    }

    private static OptimizerSpec optimizer(String yaml) {
        Settings settings = Settings.parse("test.yaml", yaml);
        OptimizerSpec spec = OptimizerSettings.read(settings);
        settings.finish();
        return spec;
    }

    private static ModelSettings model(String yaml) {
        Settings settings = Settings.parse("test.yaml", "model:\n" + yaml.indent(2));
        ModelSettings read = ModelSettings.read(settings.section("model"), Path.of("folder"));
        settings.finish();
        return read;
    }

    private static List<String> problems(String yaml) {
        Settings settings = Settings.parse("test.yaml", "model:\n" + yaml.indent(2));
        ModelSettings.read(settings.section("model"), Path.of("folder"));
        return problemsOf(settings);
    }

    private static List<String> problemsOf(Settings settings) {
        return catchThrowableOfType(BadSettingException.class, settings::finish).problems();
    }
}
