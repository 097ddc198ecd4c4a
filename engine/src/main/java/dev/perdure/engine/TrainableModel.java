package dev.perdure.engine;

import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import java.util.List;

/**
 * A model in the middle of its training: parameters, buffers and optimizer slots in native memory.
 *
 * <p><b>When memory may be read.</b> {@link #gradient}, {@link #evaluate} and {@link #predict} only read the tensors of
 * {@link #state}; {@link #apply} and {@link #restore} write them. So the state may be copied by another thread while
 * gradients are computed.
 *
 * <p><b>The bits.</b> Within one build, CPU family and thread count, every method is a deterministic function of its
 * arguments and the state.
 *
 * <p>Not thread-safe: one owner thread calls. Native memory lives until {@link #close}; views are invalid after it.
 */
public interface TrainableModel extends AutoCloseable {

    /** Returns the number of trainable parameter values: the length of a gradient. */
    long parameters();

    /** Returns how many numbers a microbatch's {@link Gradient#statistics} are; 0 for models without any. */
    int statistics();

    /**
     * Returns the state: {@code model/NAME} for parameters and buffers under the names PyTorch's {@code state_dict()} gives
     * them, and {@code optimizer/NAME/SLOT} for the optimizer. Tensors are live views in row-major order.
     */
    State state();

    /**
     * Takes a state back: copies tensors whose memory is not already the model's own, and takes over the scalars.
     *
     * @param state at least the entries of {@link #state}, with the same dtypes and shapes; others are ignored
     * @throws dev.perdure.core.BadSettingException if an entry is missing or has another dtype or shape, naming it;
     *     nothing has changed then
     */
    void restore(State state);

    /**
     * Computes a microbatch's contribution to the gradient.
     *
     * @param into F32 {@code [parameters]}: native memory of the caller's that is overwritten
     */
    Gradient gradient(Microbatch microbatch, TensorData into);

    /**
     * Applies one step of the optimizer.
     *
     * @param learningRate the step's rate, from the plan's {@link LearningRate}
     * @param gradient the sum over all microbatches; overwritten (clipping works in place)
     * @param statistics each microbatch's, in microbatch order
     * @return the gradient's L2 norm before clipping; when it is not finite, nothing was applied
     */
    double apply(double learningRate, TensorData gradient, List<TensorData> statistics);

    /** Computes loss and hits without dropout and with running statistics, changing nothing. */
    Evaluation evaluate(Batch batch);

    /**
     * Returns the model's outputs, F32 {@code [samples, outputs]}, in inference mode: what the last layer gives, before any
     * softmax that belongs to the loss.
     */
    TensorData predict(TensorData inputs);

    @Override
    void close();

    /**
     * Sums over the samples of a batch.
     *
     * @param lossSum the sum of the samples' losses
     * @param correct how many were classified rightly; 0 where that means nothing
     */
    record Evaluation(double lossSum, long correct, int samples) {
        public Evaluation plus(Evaluation other) {
            return new Evaluation(lossSum + other.lossSum, correct + other.correct, samples + other.samples);
        }

        public static Evaluation none() {
            return new Evaluation(0, 0, 0);
        }
    }
}
