package dev.perdure.engine;

import dev.perdure.core.TensorData;
import java.lang.foreign.Arena;
import java.lang.ref.Reference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What all frameworks' predictors have in common: a kernel is run only with tensors that fit, in native memory, and closed
 * only when nobody is in it.
 */
public final class CheckedPredictor implements Predictor {
    private final Ports inputs;
    private final Ports outputs;
    private final Kernel kernel;
    private final CallCount calls = new CallCount();

    private CheckedPredictor(ServedModel model, Kernel kernel) {
        this.inputs = new Ports("input", model.inputs());
        this.outputs = new Ports("output", model.outputs());
        this.kernel = kernel;
    }

    /** What a framework does itself. */
    public interface Kernel extends AutoCloseable {
        /**
         * Answers a batch. Many threads call at once.
         *
         * @param inputs in the order of the model's inputs, in native memory aligned for their elements; only to be read
         * @param outputs in the order of the model's outputs, in such memory; all of it is to be overwritten
         * @throws PredictionFailedException if that cannot be, or the outputs are of another type or shape
         */
        void run(List<TensorData> inputs, List<TensorData> outputs);

        /** Frees what it holds. Called once, when nobody is in {@link #run}. */
        @Override
        void close();
    }

    /**
     * Returns a predictor that owns a kernel, after one sample of zeros has gone through it.
     *
     * @param where what to call the model in a message
     * @throws UnusableModelException if the kernel does not answer it; the kernel is closed then
     */
    public static CheckedPredictor open(String where, ServedModel model, Kernel kernel) {
        var predictor = new CheckedPredictor(model, kernel);
        try (Arena arena = Arena.ofConfined()) {
            predictor.predict(predictor.inputs.allocate(1, arena), arena);
            return predictor;
        } catch (PredictionFailedException e) {
            predictor.close();
            throw new UnusableModelException("%s: does not answer a sample of zeros as its signature says, %s to %s: %s"
                    .formatted(where, model.inputs(), model.outputs(), e.getMessage()));
        } catch (RuntimeException e) {
            predictor.close();
            throw e;
        }
    }

    @Override
    public List<Port> inputs() {
        return inputs.all();
    }

    @Override
    public List<Port> outputs() {
        return outputs.all();
    }

    @Override
    public void predict(Map<String, TensorData> given, Map<String, TensorData> wanted) {
        List<TensorData> from = inputs.fitting(given);
        List<TensorData> to = outputs.fitting(wanted);
        Ports.requireApart(from, to);
        try (var _ = calls.enter();
                var staging = new Staging()) {
            kernel.run(staging.inputs(from), staging.outputs(to));
            staging.copyBack();
        } finally {
            Reference.reachabilityFence(given);
            Reference.reachabilityFence(wanted);
        }
    }

    @Override
    public SequencedMap<String, TensorData> predict(Map<String, TensorData> given, Arena arena) {
        long samples = inputs.fitting(given).getFirst().shape().size(0);
        var answers = new LinkedHashMap<>(outputs.allocate(samples, arena));
        predict(given, answers);
        return answers;
    }

    @Override
    public void close() {
        if (calls.close()) {
            kernel.close();
        }
    }
}
