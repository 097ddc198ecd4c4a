package dev.perdure.torch;

import org.bytedeco.pytorch.Tensor;

/**
 * A network written in Java. A class that implements this, is public and has a public constructor without parameters, is
 * trained by naming it in the configuration: {@code model: {program: com.acme.MyNet}}.
 *
 * <pre>{@code
 * public final class MyNet implements TorchProgram {
 *     public void declare(Declaration network) {
 *         int inputs = Math.toIntExact(network.input().elements());
 *         network.dense("fc1", inputs, 32, true, Initializer.DEFAULT);
 *         network.dense("fc2", 32, network.outputs(), true, Initializer.DEFAULT);
 *     }
 *
 *     public Tensor forward(Forward pass, Tensor inputs) {
 *         Tensor hidden = torch.relu(pass.dense("fc1", inputs));
 *         return pass.dense("fc2", hidden);
 *     }
 * }
 * }</pre>
 *
 * <p>A program holds no state of its own: what it learns is declared, and what is random comes from {@link
 * Forward#dropout} or {@link Forward#random}. It must give the same outputs for the same parameters, inputs and seed, or
 * the promise about the bits is lost.
 */
public interface TorchProgram {

    /** Declares layers and parameters. Called once, before anything is computed. */
    void declare(Declaration network);

    /**
     * Computes the outputs for a batch. Tensors made on the way are freed by the caller.
     *
     * @param pass gives the declared layers and parameters
     * @param inputs F32 {@code [samples, ...]}, row-major
     * @return F32 {@code [samples, outputs]}, before any softmax or sigmoid that belongs to the loss
     */
    Tensor forward(Forward pass, Tensor inputs);
}
