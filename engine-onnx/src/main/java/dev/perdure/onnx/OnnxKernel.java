package dev.perdure.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import dev.perdure.core.TensorData;
import dev.perdure.engine.CheckedPredictor;
import dev.perdure.engine.PredictionFailedException;
import dev.perdure.engine.ServedModel;
import dev.perdure.engine.UnusableModelException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/** An open ONNX file. ONNX Runtime lets any number of threads run it at once. */
final class OnnxKernel implements CheckedPredictor.Kernel {
    private final OrtEnvironment environment;
    private final SessionOptions settings;
    private final OrtSession session;
    private List<String> inputs = List.of();
    private List<String> outputs = List.of();

    private OnnxKernel(OrtEnvironment environment, SessionOptions settings, OrtSession session) {
        this.environment = environment;
        this.settings = settings;
        this.session = session;
    }

    /** @throws UnusableModelException if the file is damaged or no ONNX file, or has what this build does not know */
    static OnnxKernel open(OrtEnvironment environment, OnnxOptions options, MemorySegment file) {
        try (Arena arena = Arena.ofConfined()) {
            SessionOptions settings = OnnxNatives.options(options);
            try {
                return new OnnxKernel(environment, settings, environment.createSession(bytes(file, arena), settings));
            } catch (OrtException e) {
                settings.close();
                throw new UnusableModelException(
                        "ONNX file of %d bytes: %s (expected: a model that ONNX Runtime %s opens, weights within the file)."
                                .formatted(file.byteSize(), OnnxNatives.oneLine(e), environment.getVersion()));
            }
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not take its settings: " + OnnxNatives.oneLine(e), e);
        }
    }

    private static ByteBuffer bytes(MemorySegment file, Arena arena) {
        if (file.byteSize() == 0 || file.byteSize() > Integer.MAX_VALUE) {
            throw new UnusableModelException(
                    "ONNX file of %d bytes (expected: at least 1, at most 2 GiB)".formatted(file.byteSize()));
        }
        return (file.isNative() ? file : arena.allocate(file.byteSize()).copyFrom(file)).asByteBuffer();
    }

    /** @throws UnusableModelException if the file takes or gives something else than the model's signature says */
    void bind(ServedModel model) {
        List<String> problems = new ArrayList<>();
        try {
            problems.addAll(Described.inputs(session).differences(model.inputs()));
            problems.addAll(Described.outputs(session).differences(model.outputs()));
        } catch (OrtException e) {
            problems.add("ONNX file: does not say what it takes and gives: " + OnnxNatives.oneLine(e));
        }
        if (!problems.isEmpty()) {
            throw new UnusableModelException(problems);
        }
        inputs = model.inputs().stream().map(port -> port.name()).toList();
        outputs = model.outputs().stream().map(port -> port.name()).toList();
    }

    @Override
    public void run(List<TensorData> from, List<TensorData> to) {
        try (var taken = new Tensors(environment);
                var given = new Tensors(environment)) {
            for (int i = 0; i < inputs.size(); i++) {
                taken.add(inputs.get(i), from.get(i));
            }
            for (int i = 0; i < outputs.size(); i++) {
                given.add(outputs.get(i), to.get(i));
            }
            session.run(taken.byName(), Set.of(), given.byName()).close();
        } catch (OrtException e) {
            throw new PredictionFailedException(OnnxNatives.oneLine(e), e);
        }
    }

    /** Returns whatever the file gives for these inputs. */
    SequencedMap<String, TensorData> probe(Map<String, TensorData> from, Arena arena) {
        try (var taken = new Tensors(environment)) {
            for (var input : from.entrySet()) {
                taken.add(input.getKey(), input.getValue());
            }
            try (OrtSession.Result result = session.run(taken.byName())) {
                var outputs = new LinkedHashMap<String, TensorData>();
                result.forEach(output ->
                        outputs.put(output.getKey(), Tensors.copy(output.getKey(), output.getValue(), arena)));
                return outputs;
            }
        } catch (OrtException e) {
            throw new UnusableModelException("ONNX file: does not take %s: %s. It takes: %s"
                    .formatted(from.keySet(), OnnxNatives.oneLine(e), taken()));
        }
    }

    private String taken() {
        try {
            return Described.inputs(session).toString();
        } catch (OrtException e) {
            return "unknown";
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not close a session: " + OnnxNatives.oneLine(e), e);
        } finally {
            settings.close();
        }
    }
}
