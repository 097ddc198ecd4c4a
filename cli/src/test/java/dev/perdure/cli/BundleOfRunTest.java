package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Digests;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.data.Augment;
import dev.perdure.data.Dataset;
import dev.perdure.data.Part;
import dev.perdure.engine.CheckedPredictor;
import dev.perdure.engine.Loss;
import dev.perdure.engine.Predictor;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.engine.ServedProgram;
import dev.perdure.engine.TrainableModel;
import dev.perdure.engine.TrainingPlan;
import dev.perdure.format.Safetensors;
import dev.perdure.guard.DriftDetector;
import dev.perdure.guard.DriftMonitor;
import dev.perdure.guard.DriftSettings;
import dev.perdure.guard.GuardPolicy;
import dev.perdure.guard.InputGuard;
import dev.perdure.model.Bundle;
import dev.perdure.model.Bundles;
import dev.perdure.model.Evaluation.Measure;
import dev.perdure.model.Evaluation.Slice;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.KeyFiles;
import dev.perdure.model.Preprocessing.Step;
import dev.perdure.model.Program;
import dev.perdure.model.Trust;
import dev.perdure.replica.ServedBundle;
import dev.perdure.store.LocalObjectStore;
import dev.perdure.torch.TorchEngine;
import dev.perdure.training.ExitCode;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunReport;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bundle holds what the run has learned, and says of it what the run knows. */
class BundleOfRunTest {
    @TempDir
    static Path folder;

    private static Path run = Path.of("");
    private static Path out = Path.of("");
    private static Path key = Path.of("");

    @BeforeAll
    static void trainAndBundle() throws Exception {
        run = folder.resolve("run");
        out = folder.resolve("models/digits/1");
        key = folder.resolve("key");
        perdure("train", SmallRun.in(folder).config(), "--run", run, "--set", "training.epochs=1")
                .fine();
        perdure("key", "create", key).fine();
        String said = perdure("bundle", run, "--out", out, "--key", key).fine();
        assertThat(said)
                .contains(
                        out + ": bundle ", "signed by key", "32 golden samples answered rightly by layers and by onnx");
    }

    private static Bundle open(Path place, Arena arena) throws IOException {
        Trust trust = Trust.only(KeyFiles.readPublic(KeyFiles.publicFileOf(key)));
        return Bundles.at(new LocalObjectStore(place)).open(trust, arena).bundle();
    }

    @Test
    void theWeightsAreThoseOfTheReportAndTheNumbersAsWell() throws IOException {
        RunReport report = RunReport.read(new RunFolder(run).reportJson());
        try (Arena arena = Arena.ofConfined()) {
            Bundle bundle = open(out, arena);
            assertThat(Safetensors.sha256(bundle.weights())).isEqualTo(report.weightsSha256());
            assertThat(bundle.provenance().data()).contains(report.dataDigest());
            assertThat(bundle.provenance().checkpoint()).contains(newestManifestsSha256());
            assertThat(bundle.provenance().recipe().orElseThrow()).contains("conv1");
            assertThat(bundle.program().format()).isEqualTo(Program.Format.LAYERS);
            assertThat(bundle.labels()).hasSize(10);
            var overall = bundle.evaluation().orElseThrow().overall();
            assertThat(overall.samples()).isEqualTo(50);
            assertThat(overall.values())
                    .containsEntry(Measure.ACCURACY, report.testAccuracy())
                    .containsEntry(Measure.LOSS, report.testLoss());
            assertThat(overall.values()).containsKeys(Measure.values());
            var slices = bundle.evaluation().orElseThrow().slices();
            assertThat(slices).extracting(Slice::name).contains("label 0").hasSizeBetween(5, 10);
            assertThat(slices.stream()
                            .mapToLong(slice -> slice.scores().samples())
                            .sum())
                    .as("every test sample is of one label")
                    .isEqualTo(50);
            assertThat(bundle.performance()).as("not asked for").isEmpty();
            double sum = bundle.fallback().orElseThrow().outputs().firstEntry().getValue().stream()
                    .mapToDouble(Math::exp)
                    .sum();
            assertThat(sum).as("shares").isCloseTo(1, org.assertj.core.data.Offset.offset(0.05));
            var guard = bundle.guard().orElseThrow();
            assertThat(guard.samples()).isEqualTo(training().ids(Part.TRAIN).length);
            assertThat(guard.image().orElseThrow().height().max()).isEqualTo(28);
            assertThat(bundle.drift().orElseThrow().features()).containsKeys("mean intensity", "contrast");
        }
    }

    private static Dataset training() throws IOException {
        RunConfig config = new RunFolder(run).readConfig();
        return Dataset.open(config.data(), config.seed());
    }

    /** In units of the files' pixels, through the preprocessing that the bundle states. */
    @Test
    void theGuardFindsNothingInWhatTheModelWasTrainedWithAndFindsAWhitePicture() throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Bundle bundle = open(out, arena);
            InputGuard guard =
                    InputGuard.of(bundle, GuardPolicy.standard()).orElseThrow(() -> new AssertionError("no guard"));
            TensorData trained = training()
                    .batch(training().ids(Part.TRAIN), Augment.none(), arena)
                    .inputs();
            assertThat(guard.judge(trained).findings()).isEmpty();
            var monitor = new DriftMonitor(DriftDetector.of(bundle, new DriftSettings(100, 0.001, false, 1))
                    .orElseThrow(() -> new AssertionError("no reference")));
            assertThat(monitor.add(trained))
                    .isNotEmpty()
                    .allSatisfy(report -> assertThat(report.drifted())
                            .as("%s", report.words())
                            .isFalse());
            var steps = bundle.preprocessing().orElseThrow().steps();
            var standardise = (Step.Standardise) steps.get(1);
            float white = (float) ((1 - standardise.mean().getFirst())
                    / standardise.deviation().getFirst());
            float[] pixels = new float[784];
            java.util.Arrays.fill(pixels, white);
            assertThat(guard.judge(TensorData.of(Shape.of(1, 1, 28, 28), pixels))
                            .findings())
                    .singleElement()
                    .satisfies(finding ->
                            assertThat(finding.words()).startsWith("mean intensity: 255.0 in sample 0 (expected: "));
        }
    }

    private static String newestManifestsSha256() throws IOException {
        try (Stream<Path> manifests = Files.list(run.resolve("checkpoints/checkpoints"))) {
            return Digests.sha256(
                    Files.readAllBytes(manifests.max(Path::compareTo).orElseThrow()));
        }
    }

    /** A model that is made of the bundle alone gives the golden answers; with one weight changed it does not. */
    @Test
    void theGoldenSetTellsTheModelFromAnother() throws IOException {
        RunConfig config = new RunFolder(run).readConfig();
        try (Arena arena = Arena.ofShared()) {
            Bundle bundle = open(out, arena);
            GoldenSet golden = bundle.golden().orElseThrow();
            assertThat(golden.samples()).isEqualTo(32);
            TensorData inputs = Objects.requireNonNull(golden.inputs().get("input"));
            var plan = new TrainingPlan(
                    config.model().model(),
                    bundle.signature().inputs().getFirst().sample(),
                    10,
                    new Loss.CrossEntropy(0),
                    config.optimizer(),
                    1,
                    1);
            try (TrainableModel model = new TorchEngine().open(plan)) {
                assertThat(golden.compare(Map.of("output", model.predict(inputs))))
                        .as("freshly initialised")
                        .isNotEmpty();
                bundle.weights()
                        .forEach((name, tensor) ->
                                model.state().tensor("model/" + name).data().copyFrom(tensor.data()));
                assertThat(golden.compare(Map.of("output", model.predict(inputs))))
                        .isEmpty();
                model.state().tensor("model/fc1.bias").data().set(java.lang.foreign.ValueLayout.JAVA_FLOAT, 0, 7);
                assertThat(golden.compare(Map.of("output", model.predict(inputs))))
                        .isNotEmpty();
            }
        }
    }

    /** Whoever has the bundle and one of the two frameworks gets the golden answers, and other ones from another model. */
    @Test
    void bothFrameworksGiveTheGoldenAnswersFromTheBundleAlone() throws IOException {
        try (Arena arena = Arena.ofShared()) {
            Bundle bundle = open(out, arena);
            GoldenSet golden = bundle.golden().orElseThrow();
            assertThat(new ServedBundle(bundle).models()).hasSize(2);
            for (ServedModel served : new ServedBundle(bundle).models()) {
                Predictors framework = BundleCommand.frameworks().stream()
                        .filter(each -> each.runs(served.program()))
                        .findFirst()
                        .orElseThrow();
                try (Predictor predictor = framework.open(served)) {
                    assertThat(golden.compare(predictor.predict(golden.inputs(), arena)))
                            .as(framework.build())
                            .isEmpty();
                    TensorData others = TensorData.of(
                            golden.inputs().firstEntry().getValue().shape(), new float[32 * 28 * 28]);
                    assertThat(golden.compare(predictor.predict(Map.of("input", others), arena)))
                            .as(framework.build())
                            .isNotEmpty();
                }
            }
        }
    }

    /** A framework that is wrong by a little more than the tolerance in one answer. */
    private record Liar(Predictors honest) implements Predictors {
        @Override
        public String build() {
            return "liar 1.0";
        }

        @Override
        public boolean runs(ServedProgram program) {
            return honest.runs(program);
        }

        @Override
        public Predictor open(ServedModel model) {
            Predictor predictor = honest.open(model);
            return CheckedPredictor.open("liar", model, new CheckedPredictor.Kernel() {
                @Override
                public void run(List<TensorData> inputs, List<TensorData> outputs) {
                    var given = new LinkedHashMap<String, TensorData>();
                    for (int i = 0; i < outputs.size(); i++) {
                        given.put(model.outputs().get(i).name(), outputs.get(i));
                    }
                    predictor.predict(Map.of("input", inputs.getFirst()), given);
                    var answers = outputs.getFirst().data();
                    float right = answers.getAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, 3);
                    answers.setAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, 3, right * 1.01f + 0.001f);
                }

                @Override
                public void close() {
                    predictor.close();
                }
            });
        }

        @Override
        public SequencedMap<String, TensorData> probe(
                ServedProgram program, Map<String, TensorData> inputs, Arena arena) {
            return honest.probe(program, inputs, arena);
        }
    }

    @Test
    void noBundleIsMadeOfWhatFrameworksAnswerDifferently() throws IOException {
        List<Predictors> honest = BundleCommand.frameworks();
        for (int i = 0; i < honest.size(); i++) {
            var frameworks = new ArrayList<>(honest);
            frameworks.set(i, new Liar(honest.get(i)));
            var maker = new BundleMaker(new RunFolder(run), new TorchEngine(), frameworks);
            try (Arena arena = Arena.ofShared()) {
                assertThatExceptionOfType(BadSettingException.class)
                        .isThrownBy(() -> maker.make("1", true, arena))
                        .withMessageContainingAll("run by liar 1.0: 1 golden answers differ", "output[3]", "Tolerance");
            }
        }
    }

    @Test
    void theOnnxFileIsLeftOutWhenThatIsAskedFor() throws IOException {
        Path without = folder.resolve("without");
        assertThat(perdure("bundle", run, "--out", without, "--key", key, "--without-onnx")
                        .fine())
                .contains("32 golden samples answered rightly by layers\n");
        try (Arena arena = Arena.ofConfined()) {
            assertThat(open(without, arena).onnx()).isEmpty();
        }
    }

    /** The first golden input is the preprocessing, as the bundle has it, of the file's own pixels. */
    @Test
    void thePreprocessingIsWhatWasDoneToTheFilesPixels() throws IOException {
        RunConfig config = new RunFolder(run).readConfig();
        int first = Dataset.open(config.data(), config.seed()).ids(Part.TEST)[0];
        byte[] images = Files.readAllBytes(folder.resolve("images.idx"));
        try (Arena arena = Arena.ofConfined()) {
            Bundle bundle = open(out, arena);
            var steps = bundle.preprocessing().orElseThrow().steps();
            assertThat(steps).hasSize(2);
            double by = ((Step.Divide) steps.get(0)).by();
            var standardise = (Step.Standardise) steps.get(1);
            TensorData inputs = Objects.requireNonNull(
                    bundle.golden().orElseThrow().inputs().get("input"));
            for (int pixel = 0; pixel < 784; pixel++) {
                double raw = images[16 + 784 * first + pixel] & 0xFF;
                double expected = (raw / by - standardise.mean().getFirst())
                        / standardise.deviation().getFirst();
                assertThat((double) inputs.data().getAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED, pixel))
                        .as("pixel %d", pixel)
                        .isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-5));
            }
        }
    }

    @Test
    void theSameRunGivesTheSameBundle() throws IOException {
        Path again = folder.resolve("again");
        perdure("bundle", run, "--out", again, "--key", key).fine();
        assertThat(again.resolve("bundle.json")).hasSameBinaryContentAs(out.resolve("bundle.json"));
        perdure("bundle", run, "--out", out, "--key", key).fine();
        assertThat(perdure("bundle", run, "--out", out, "--key", key, "--model-version", "2")
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("another bundle is here");
    }

    @Test
    void latenciesAreMeasuredWhenThatIsAskedForAndShowSaysAllOfIt() {
        Path measured = folder.resolve("measured");
        perdure("bundle", run, "--out", measured, "--key", key, "--measure").fine();
        assertThat(perdure("bundle", "show", measured).fine())
                .containsPattern("batch 1: p50 [0-9.]+ ms, p95")
                .containsPattern("batch 32: p50")
                .containsPattern("guard +learned from 400 samples")
                .containsPattern("inner layer fc1: 64 numbers, a distance over [0-9.]+ is abnormal .at most 1.00 %")
                .containsPattern("drift +18 features watched")
                .containsPattern("fallback +shares of the classes in training, as logits")
                .containsPattern("label 0: [0-9]+ samples, .*recall");
    }

    @Test
    void saysWhatIsMissing() {
        assertThat(perdure("bundle", run).refusedOnce(ExitCode.BAD_SETTING)).contains("--out is missing");
        assertThat(perdure("bundle", folder.resolve("none"), "--out", folder.resolve("x"))
                        .refused(ExitCode.BAD_SETTING))
                .contains("none");
        assertThat(perdure("bundle").fine()).contains("Usage: perdure bundle");
        assertThat(perdure("bundle", run, "--out", folder.resolve("unsigned")).fine())
                .contains("It is not signed");
    }
}
