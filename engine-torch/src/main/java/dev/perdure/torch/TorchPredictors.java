package dev.perdure.torch;

import dev.perdure.core.DType;
import dev.perdure.core.TensorData;
import dev.perdure.engine.CheckedPredictor;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Port;
import dev.perdure.engine.Predictor;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.engine.ServedProgram;
import dev.perdure.engine.UnusableModelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * libtorch on the CPU, predicting: networks described by layers, program classes and TorchScript archives. No gradients are
 * kept.
 */
public final class TorchPredictors implements Predictors {
    private final String build;
    private final int threads;

    /**
     * Loads libtorch.
     *
     * @param threads how many threads compute one answer; with 1 the caller's thread does it alone
     * @throws dev.perdure.core.BadSettingException if there is no libtorch for this system and processor, or it does not load
     */
    public TorchPredictors(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: %d (expected: >= 1)".formatted(threads));
        }
        this.build = Libtorch.load();
        this.threads = threads;
    }

    @Override
    public String build() {
        return build;
    }

    @Override
    public boolean runs(ServedProgram program) {
        return !(program instanceof ServedProgram.Onnx);
    }

    @Override
    public Predictor open(ServedModel model) {
        return UnusableModelException.when(() -> switch (model.program()) {
            case ServedProgram.Layers(List<Layer> layers) -> {
                Port output = onlyOutput(model);
                var program = new LayersProgram(
                        layers,
                        model.inputs().getFirst().sample(),
                        Math.toIntExact(output.sample().elements()));
                yield open(
                        "layers",
                        model,
                        new ProgramKernel(threads, program, declaration(model, program), model.weights()));
            }
            case ServedProgram.ProgramClass(String className) -> {
                TorchProgram program = TorchEngine.program(className);
                yield open(
                        "program " + className,
                        model,
                        new ProgramKernel(threads, program, declaration(model, program), model.weights()));
            }
            case ServedProgram.TorchScript(MemorySegment archive) -> {
                ScriptKernel kernel = ScriptKernel.open(threads, archive, model.weights());
                kernel.bind(model.inputs().stream().map(Port::name).toList());
                yield open("TorchScript archive", model, kernel);
            }
            case ServedProgram.Onnx _ -> throw notOurs(model.program());
        });
    }

    private static CheckedPredictor open(String where, ServedModel model, CheckedPredictor.Kernel kernel) {
        return CheckedPredictor.open(where, model, kernel);
    }

    private static Declaration declaration(ServedModel model, TorchProgram program) {
        Port output = onlyOutput(model);
        var declaration = new Declaration(
                model.inputs().getFirst().sample(),
                Math.toIntExact(output.sample().elements()));
        return Libtorch.ask("the program's declaration", () -> {
            program.declare(declaration);
            return declaration;
        });
    }

    /** Programs take one tensor and give one, of one dimension a sample. */
    private static Port onlyOutput(ServedModel model) {
        boolean fits = model.inputs().size() == 1
                && model.outputs().size() == 1
                && model.inputs().getFirst().dtype() == DType.F32
                && model.outputs().getFirst().dtype() == DType.F32
                && model.outputs().getFirst().sample().dimensions() == 1;
        if (!fits) {
            throw new UnusableModelException(
                    "%s to %s (expected: one input, F32, and one output, F32 of one dimension, as programs have)"
                            .formatted(model.inputs(), model.outputs()));
        }
        return model.outputs().getFirst();
    }

    @Override
    public SequencedMap<String, TensorData> probe(ServedProgram program, Map<String, TensorData> inputs, Arena arena) {
        if (program instanceof ServedProgram.TorchScript(MemorySegment archive)) {
            try (ScriptKernel kernel = ScriptKernel.open(threads, archive, Map.of())) {
                return kernel.probe(inputs, arena);
            }
        }
        throw notOurs(program);
    }

    private static UnusableModelException notOurs(ServedProgram program) {
        return new UnusableModelException(
                "program '%s' (expected: layers, class or torchscript to open, torchscript to be probed)"
                        .formatted(program.kind()));
    }
}
