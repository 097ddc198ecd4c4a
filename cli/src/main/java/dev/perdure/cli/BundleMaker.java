package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.checkpoint.CheckpointInfo;
import dev.perdure.checkpoint.Checkpoints;
import dev.perdure.checkpoint.Weights;
import dev.perdure.core.BadSettingException;
import dev.perdure.core.DType;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.data.Augment;
import dev.perdure.data.DataSettings.Augmentation;
import dev.perdure.data.DataSettings.Normalise;
import dev.perdure.data.DataSettings.Preparation;
import dev.perdure.data.Dataset;
import dev.perdure.data.Part;
import dev.perdure.data.RawForm;
import dev.perdure.engine.Engine;
import dev.perdure.engine.Layer;
import dev.perdure.engine.ModelSpec;
import dev.perdure.engine.Port;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedProgram;
import dev.perdure.engine.TrainableModel;
import dev.perdure.export.OnnxExport;
import dev.perdure.guard.InnerMaker;
import dev.perdure.model.Bundle;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.ModelSignature;
import dev.perdure.model.Preprocessing;
import dev.perdure.model.Preprocessing.Step;
import dev.perdure.model.Program;
import dev.perdure.model.Provenance;
import dev.perdure.model.TensorSpec;
import dev.perdure.model.Tolerance;
import dev.perdure.replica.GoldenSamples;
import dev.perdure.replica.ServedBundle;
import dev.perdure.training.RunConfig;
import dev.perdure.training.RunFolder;
import dev.perdure.training.RunReport;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * Makes a bundle of a finished run: its newest checkpoint's weights, and what is known about them. The same run gives the
 * same bundle, byte for byte.
 *
 * <p>It computes the golden set, so it is only for processes that may die of a native crash.
 */
final class BundleMaker {
    static final String INPUT = "input";
    static final String OUTPUT = "output";
    /** Another build's sums differ in the last bits of an F32, and layers carry that on. */
    static final Tolerance TOLERANCE = new Tolerance(1e-4, 1e-3);

    private final RunFolder folder;
    private final Engine engine;
    private final List<Predictors> frameworks;

    /**
     * @param engine that trained, and gives the golden answers
     * @param frameworks that must give the same ones from the bundle alone; each format that a bundle may hold is run by one
     */
    BundleMaker(RunFolder folder, Engine engine, List<Predictors> frameworks) {
        this.folder = folder;
        this.engine = engine;
        this.frameworks = List.copyOf(frameworks);
    }

    /**
     * @param withOnnx whether networks described by layers are to be there as ONNX files as well
     * @param arena how long the memory of weights and golden set lives
     * @throws BadSettingException if the run has not finished, its data are no longer what it was trained with, or what the
     *     bundle holds does not give the golden answers
     */
    Bundle make(String version, boolean withOnnx, Arena arena) throws IOException {
        RunConfig config = folder.readConfig();
        RunReport report = FinishedRun.of(folder, config)
                .orElseThrow(() -> new BadSettingException(
                        "%s: not finished, or changed since (expected: a finished run). Go on with: perdure resume %s"
                                .formatted(folder.path(), folder.path())));
        Checkpoints checkpoints = Checkpoints.open(folder.openCheckpoints(config, _ -> {}));
        CheckpointInfo newest = checkpoints.latest().orElseThrow();
        State state = checkpoints.load(newest.name(), arena).state();
        Dataset data = Dataset.open(config.data(), config.seed());
        requireSameData(report, data);
        Optional<Written> written = withOnnx ? onnx(config, data, Weights.of(state), arena) : Optional.empty();
        InputProfile inputs = InputProfile.of(data, config.seed());
        InputProfile profile = written.flatMap(Written::inner).map(inputs::with).orElse(inputs);
        var bundle = new Bundle(
                config.name(),
                version,
                newest.created(),
                signature(data),
                data.classNames(),
                preprocessing(config.data().preparation(), data),
                program(config),
                written.map(Written::file),
                Weights.of(state),
                Optional.of(golden(config, data, state, arena)),
                profile.guard(),
                profile.drift(),
                Optional.empty(),
                Evaluated.fallback(data),
                Evaluated.of(config, report, data, state, engine),
                provenance(config, report, checkpoints.digest(newest.name())));
        new ServedBundle(bundle).requireGoldenAnswers(frameworks);
        return bundle;
    }

    /** Returns a bundle with latencies measured here and now: another one each time. */
    Bundle measured(Bundle bundle) {
        return new Bundle(
                bundle.name(),
                bundle.version(),
                bundle.created(),
                bundle.signature(),
                bundle.labels(),
                bundle.preprocessing(),
                bundle.program(),
                bundle.onnx(),
                bundle.weights(),
                bundle.golden(),
                bundle.guard(),
                bundle.drift(),
                Optional.of(Measured.of(bundle, frameworks, System::nanoTime)),
                bundle.fallback(),
                bundle.evaluation(),
                bundle.provenance());
    }

    private void requireSameData(RunReport report, Dataset data) {
        if (!report.dataDigest().equals(data.digest())) {
            throw new BadSettingException("%s: the data are %s (expected: %s, as when it was trained). Put those back."
                    .formatted(folder.path(), data.digest(), report.dataDigest()));
        }
    }

    private static ModelSignature signature(Dataset data) {
        return new ModelSignature(
                List.of(TensorSpec.of(INPUT, DType.F32, data.sampleShape().toArray())),
                List.of(TensorSpec.of(OUTPUT, DType.F32, data.outputs())));
    }

    /** Of windows cut from images nothing is said: there are no steps that would say it. */
    private static Optional<Preprocessing> preprocessing(Preparation preparation, Dataset data) {
        boolean cut = preparation.augment().stream().anyMatch(Augmentation.Crop.class::isInstance);
        if (data.rawForm() instanceof RawForm.Table table) {
            return InputProfile.encoding(
                    table, data.report().mean(), data.report().deviation());
        }
        if (cut) {
            return Optional.empty();
        }
        List<Step> steps = new ArrayList<>();
        if (data.eightBitPixels() && !(preparation.normalise() instanceof Normalise.None)) {
            steps.add(new Step.Divide(255));
        }
        List<Double> mean = data.report().mean();
        if (!mean.isEmpty()) {
            steps.add(new Step.Standardise(mean, data.report().deviation()));
        }
        return Optional.of(new Preprocessing(steps));
    }

    private static Program program(RunConfig config) throws IOException {
        return switch (config.model().model()) {
            case ModelSpec.Layers _ ->
                program(Program.Format.LAYERS, config.model().yaml().getBytes(UTF_8));
            case ModelSpec.Program(String className) -> program(Program.Format.CLASS, className.getBytes(UTF_8));
            case ModelSpec.TorchScript(Path file) -> program(Program.Format.TORCHSCRIPT, Files.readAllBytes(file));
        };
    }

    /** A network's ONNX file, and what is known of the inner layer that it gives, if it gives one. */
    private record Written(MemorySegment file, Optional<InnerMaker.Learned> inner) {}

    /** Programs and TorchScript files say what they compute in a way of their own. */
    private Optional<Written> onnx(
            RunConfig config, Dataset data, SequencedMap<String, TensorData> weights, Arena arena) {
        if (!(config.model().model() instanceof ModelSpec.Layers(List<Layer> layers))) {
            return Optional.empty();
        }
        var input = new Port(INPUT, DType.F32, data.sampleShape());
        Port output = Port.of(OUTPUT, DType.F32, data.outputs());
        var inner = new InnerProfile(config, data, layers);
        if (!inner.isKnown()) {
            return Optional.of(new Written(OnnxExport.write(layers, input, output, weights, arena), Optional.empty()));
        }
        MemorySegment file = OnnxExport.writeWithInner(layers, input, output, weights, arena);
        Predictors framework = frameworks.stream()
                .filter(each -> each.runs(new ServedProgram.Onnx(file)))
                .findFirst()
                .orElseThrow();
        return Optional.of(new Written(file, inner.learned(file, framework)));
    }

    private static Program program(Program.Format format, byte[] bytes) {
        return new Program(format, MemorySegment.ofArray(bytes));
    }

    /** Samples that the model was not trained with, if there are any, and what this engine answers to them. */
    private GoldenSet golden(RunConfig config, Dataset data, State state, Arena arena) {
        int[] held = Stream.of(Part.TEST, Part.VALIDATION, Part.TRAIN)
                .map(data::ids)
                .filter(ids -> ids.length > 0)
                .findFirst()
                .orElseThrow();
        int[] ids = Arrays.copyOf(held, Math.min(held.length, GoldenSamples.MAX));
        TensorData inputs = data.batch(ids, Augment.none(), arena).inputs();
        try (TrainableModel model = engine.open(config.planFor(data))) {
            model.restore(state);
            return new GoldenSet(only(INPUT, inputs), only(OUTPUT, copy(model.predict(inputs), arena)), TOLERANCE);
        }
    }

    private static TensorData copy(TensorData tensor, Arena arena) {
        TensorData copy = TensorData.allocate(arena, tensor.dtype(), tensor.shape());
        copy.data().copyFrom(tensor.data());
        return copy;
    }

    private static <V> SequencedMap<String, V> only(String name, V value) {
        var map = new LinkedHashMap<String, V>();
        map.put(name, value);
        return map;
    }

    private Provenance provenance(RunConfig config, RunReport report, String checkpoint) {
        var versions = new LinkedHashMap<String, String>();
        versions.put("perdure", Perdure.Version.own());
        versions.put("engine", report.engine());
        versions.put("golden set by", engine.build());
        return new Provenance(
                config.name(),
                Optional.of(checkpoint),
                Optional.empty(),
                Optional.of(report.dataDigest()),
                Optional.of(config.toYaml()),
                versions);
    }
}
