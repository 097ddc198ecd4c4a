package dev.perdure.onnx;

import ai.onnxruntime.OrtEnvironment;
import dev.perdure.core.TensorData;
import dev.perdure.engine.CheckedPredictor;
import dev.perdure.engine.Predictor;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.engine.ServedProgram;
import dev.perdure.engine.UnusableModelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/**
 * ONNX Runtime on the CPU. It computes on the caller's memory and writes into it: no tensor is copied.
 *
 * <p>The native library is loaded by the first of these in a process.
 */
public final class OnnxPredictors implements Predictors {
    private final OrtEnvironment environment;
    private final OnnxOptions options;

    /** @throws dev.perdure.core.BadSettingException if there is no ONNX Runtime for this machine, or it does not load */
    public OnnxPredictors(OnnxOptions options) {
        this.environment = OnnxNatives.load();
        this.options = options;
    }

    @Override
    public String build() {
        return "onnxruntime %s (%s, %s)"
                .formatted(environment.getVersion(), System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    @Override
    public boolean runs(ServedProgram program) {
        return program instanceof ServedProgram.Onnx;
    }

    @Override
    public Predictor open(ServedModel model) {
        if (!model.weights().isEmpty()) {
            throw new UnusableModelException("ONNX file with %d weights beside it (expected: all within the file)"
                    .formatted(model.weights().size()));
        }
        OnnxKernel kernel = OnnxKernel.open(environment, options, file(model.program()));
        try {
            kernel.bind(model);
        } catch (RuntimeException e) {
            kernel.close();
            throw e;
        }
        return CheckedPredictor.open("ONNX file", model, kernel);
    }

    @Override
    public SequencedMap<String, TensorData> probe(ServedProgram program, Map<String, TensorData> inputs, Arena arena) {
        try (OnnxKernel kernel = OnnxKernel.open(environment, options, file(program))) {
            var staged = new LinkedHashMap<String, TensorData>();
            inputs.forEach((name, tensor) -> {
                TensorData copy = TensorData.allocate(arena, tensor.dtype(), tensor.shape());
                copy.data().copyFrom(tensor.data());
                staged.put(name, copy);
            });
            return kernel.probe(staged, arena);
        }
    }

    private static MemorySegment file(ServedProgram program) {
        if (program instanceof ServedProgram.Onnx(MemorySegment file)) {
            return file;
        }
        throw new UnusableModelException(
                "program '%s' (expected: onnx, which is all that ONNX Runtime runs)".formatted(program.kind()));
    }
}
