package dev.perdure.chaos;

import dev.perdure.core.DType;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Port;
import dev.perdure.engine.Predictor;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.engine.ServedProgram;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** A model that answers as it should until its weights are spoiled: then another one answers, opened from a changed copy. */
final class Spoilable implements Predictor {
    private final Predictors framework;
    private final ServedModel copy;
    private final Predictor good;
    private volatile @Nullable Predictor spoiled;

    /**
     * A model that is as it should be.
     *
     * @param model of which a copy is kept
     */
    Spoilable(Predictors framework, ServedModel model, Predictor good) {
        this.framework = framework;
        this.copy = copied(model);
        this.good = good;
    }

    private static ServedModel copied(ServedModel model) {
        var weights = new LinkedHashMap<String, TensorData>();
        model.weights()
                .forEach((name, tensor) ->
                        weights.put(name, new TensorData(tensor.dtype(), tensor.shape(), copied(tensor.data()))));
        ServedProgram program = switch (model.program()) {
            case ServedProgram.Onnx(var file) -> new ServedProgram.Onnx(copied(file));
            case ServedProgram.TorchScript(var archive) -> new ServedProgram.TorchScript(copied(archive));
            case ServedProgram.Layers layers -> layers;
            case ServedProgram.ProgramClass other -> other;
        };
        return new ServedModel(program, weights, model.inputs(), model.outputs());
    }

    private static MemorySegment copied(MemorySegment memory) {
        MemorySegment copy = Arena.ofAuto().allocate(memory.byteSize(), 64);
        copy.copyFrom(memory);
        return copy;
    }

    /** From now on answers come from these weights. Returns how many there are. */
    synchronized long spoil(DoubleUnaryOperator how) {
        long changed = copy.program() instanceof ServedProgram.Onnx(var file) ? OnnxWeights.change(file, how) : 0;
        for (TensorData tensor : copy.weights().values()) {
            changed += change(tensor, how);
        }
        if (changed > 0) {
            spoiled = framework.open(copy);
        }
        return changed;
    }

    private static long change(TensorData tensor, DoubleUnaryOperator how) {
        if (tensor.dtype() != DType.F32) {
            return 0;
        }
        long elements = tensor.shape().elements();
        for (long i = 0; i < elements; i++) {
            float value = tensor.data().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            tensor.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) how.applyAsDouble(value));
        }
        return elements;
    }

    private Predictor now() {
        Predictor other = spoiled;
        return other == null ? good : other;
    }

    @Override
    public List<Port> inputs() {
        return good.inputs();
    }

    @Override
    public List<Port> outputs() {
        return good.outputs();
    }

    @Override
    public void predict(Map<String, TensorData> inputs, Map<String, TensorData> outputs) {
        now().predict(inputs, outputs);
    }

    @Override
    public SequencedMap<String, TensorData> predict(Map<String, TensorData> inputs, Arena arena) {
        return now().predict(inputs, arena);
    }

    @Override
    public synchronized void close() {
        good.close();
        if (spoiled != null) {
            spoiled.close();
        }
    }
}
