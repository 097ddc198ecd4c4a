package dev.perdure.replica;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.DType;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Port;
import dev.perdure.engine.Predictor;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.engine.ServedProgram;
import dev.perdure.model.Bundle;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.GoldenSet.Mismatch;
import dev.perdure.model.GuardProfile;
import dev.perdure.model.Program;
import dev.perdure.model.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** A bundle's models as frameworks open them, and whether their answers are the golden ones. */
public final class ServedBundle {
    private final Bundle bundle;

    public ServedBundle(Bundle bundle) {
        this.bundle = bundle;
    }

    /** Returns the model in every way in which the bundle has it: by its program, and as an ONNX file beside it. */
    public List<ServedModel> models() {
        List<ServedModel> models = new ArrayList<>();
        models.add(model(program(bundle.program()), bundle.weights()));
        bundle.onnx().ifPresent(file -> models.add(onnx(file)));
        return models;
    }

    private ServedModel model(ServedProgram program, SequencedMap<String, TensorData> weights) {
        return new ServedModel(
                program,
                weights,
                ports(bundle.signature().inputs()),
                ports(bundle.signature().outputs()));
    }

    /** The file gives the inner layer as well, where the guard profile has one. */
    private ServedModel onnx(MemorySegment file) {
        List<Port> outputs = new ArrayList<>(ports(bundle.signature().outputs()));
        bundle.guard()
                .flatMap(GuardProfile::inner)
                .ifPresent(inner -> outputs.add(Port.of(inner.output(), DType.F32, inner.numbers())));
        return new ServedModel(
                new ServedProgram.Onnx(file),
                new LinkedHashMap<>(),
                ports(bundle.signature().inputs()),
                outputs);
    }

    private static List<Port> ports(List<TensorSpec> specs) {
        return specs.stream()
                .map(spec -> new Port(spec.name(), spec.dtype(), spec.sample()))
                .toList();
    }

    /** Returns a bundle's program as frameworks open it. */
    public static ServedProgram program(Program program) {
        return switch (program.format()) {
            case LAYERS -> ServedProgram.Layers.parse("program", text(program.bytes()));
            case CLASS -> new ServedProgram.ProgramClass(text(program.bytes()));
            case TORCHSCRIPT -> new ServedProgram.TorchScript(program.bytes());
            case ONNX -> new ServedProgram.Onnx(program.bytes());
        };
    }

    private static String text(MemorySegment bytes) {
        return new String(bytes.toArray(ValueLayout.JAVA_BYTE), UTF_8);
    }

    /**
     * Makes sure that every way gives the golden answers, to the whole set and to its first sample alone.
     *
     * @param frameworks that run all of them
     * @throws BadSettingException if one does not, naming the first answers that differ
     */
    public void requireGoldenAnswers(List<Predictors> frameworks) {
        GoldenSet golden = bundle.golden().orElseThrow();
        for (ServedModel model : models()) {
            Predictors framework = frameworks.stream()
                    .filter(each -> each.runs(model.program()))
                    .findFirst()
                    .orElseThrow();
            try (Predictor predictor = framework.open(model)) {
                requireGoldenAnswers(
                        "%s, run by %s".formatted(model.program().kind(), framework.build()), golden, predictor);
            }
        }
    }

    /**
     * Makes sure that a model gives the golden answers, to the whole set, to its first sample alone, and to that twice.
     *
     * @param who what to call the model in a message
     * @throws BadSettingException if it does not, naming the first answer that differs
     */
    static void requireGoldenAnswers(String who, GoldenSet golden, Predictor predictor) {
        try (Arena arena = Arena.ofConfined()) {
            requireSame(who, golden, predictor, arena);
            requireSame(who + ", one sample alone", GoldenSamples.repeated(golden, 1), predictor, arena);
            requireSame(who + ", one sample twice", GoldenSamples.repeated(golden, 2), predictor, arena);
        }
    }

    private static void requireSame(String who, GoldenSet golden, Predictor predictor, Arena arena) {
        List<Mismatch> mismatches = golden.compare(predictor.predict(golden.inputs(), arena));
        if (!mismatches.isEmpty()) {
            throw new BadSettingException(
                    ("%s: %s%d golden answers differ, the first: %s. The tolerance is %s. Each sample's answer must hang on that"
                                    + " sample alone, and be the same everywhere: make the model so, or tolerate more.")
                            .formatted(
                                    who,
                                    mismatches.size() < 100 ? "" : "at least ",
                                    mismatches.size(),
                                    mismatches.getFirst(),
                                    golden.tolerance()));
        }
    }
}
