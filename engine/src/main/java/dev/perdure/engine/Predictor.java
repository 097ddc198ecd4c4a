package dev.perdure.engine;

import dev.perdure.core.TensorData;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * A model that answers. Any number of threads may call at once, also {@link #close}.
 *
 * <p><b>Memory.</b> Tensors may lie anywhere; those in native memory, aligned for their elements, are used where they lie,
 * others are copied. All of it belongs to the caller, who keeps it until the call has returned: memory that is freed
 * meanwhile takes the process down. Inputs are only read; nothing is held when a call has returned.
 *
 * <p><b>The answers.</b> A sample's answer hangs on that sample alone; how many others there are changes no more than the
 * last bits, as another number of samples may be summed in another order.
 */
public interface Predictor extends AutoCloseable {

    /** Returns what the model takes. */
    List<Port> inputs();

    /** Returns what the model gives. */
    List<Port> outputs();

    /**
     * Answers a batch, into memory of the caller's.
     *
     * @param inputs every input by name, {@code [samples, …]}, of equally many samples and at least one
     * @param outputs every output by name, of as many samples; overwritten. They hold anything when the call fails
     * @throws WrongTensorException if a tensor is missing, too many, or of another type or shape than the model's; nothing
     *     was computed
     * @throws PredictorClosedException if the model was closed before; nothing was computed
     * @throws PredictionFailedException if the framework failed. The model may be asked again
     */
    void predict(Map<String, TensorData> inputs, Map<String, TensorData> outputs);

    /**
     * Answers a batch.
     *
     * @param arena how long the memory of the answers lives
     * @return every output by name, in the order of {@link #outputs}
     * @throws RuntimeException as the other one does
     */
    SequencedMap<String, TensorData> predict(Map<String, TensorData> inputs, Arena arena);

    /**
     * Refuses further calls, waits for those under way, and frees the model. It is not interruptible: a call that hangs in
     * native code is ended with its process. Closing again does nothing.
     */
    @Override
    void close();
}
