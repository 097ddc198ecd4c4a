package dev.perdure.engine;

import java.util.List;

/**
 * One layer of a network. Images are {@code [channels, height, width]}. Layers with parameters have a name, by which
 * PyTorch's {@code state_dict()} would call them ({@code conv1} gives {@code conv1.weight}, {@code conv1.bias}); names
 * are unique within a network.
 */
public sealed interface Layer {

    /** Two-dimensional convolution with a square kernel. */
    record Conv(String name, int out, int kernel, int stride, int padding, boolean bias, Initializer init)
            implements Layer {}

    /** Largest value of each square window. */
    record MaxPool(int kernel, int stride) implements Layer {}

    /** Mean of each square window. */
    record AvgPool(int kernel, int stride) implements Layer {}

    /** Mean over all positions: {@code [channels, height, width]} becomes {@code [channels]}. */
    record GlobalAvgPool() implements Layer {}

    record Flatten() implements Layer {}

    /** Fully connected; flattens its input first when it has more than one dimension. */
    record Dense(String name, int out, boolean bias, Initializer init) implements Layer {}

    /**
     * Batch normalisation (Ioffe and Szegedy, 2015) over the channels. Statistics are those of the microbatch; the running
     * ones take each microbatch's with this momentum, in microbatch order.
     */
    record BatchNorm(String name, double momentum, double epsilon) implements Layer {}

    /** Layer normalisation (Ba, Kiros and Hinton, 2016) over all of a sample's values. */
    record LayerNorm(String name, double epsilon) implements Layer {}

    /** Zeroes each value with this probability while training, and scales the others up. */
    record Dropout(double probability) implements Layer {}

    record Activate(Activation activation) implements Layer {}

    /**
     * {@code x + body(x)}, with a 1×1 convolution {@code NAME.shortcut} on the left when the body changes the shape (He et
     * al., 2016). The body's layers are named {@code NAME.LAYER}.
     */
    record Residual(String name, List<Layer> body) implements Layer {
        public Residual {
            body = List.copyOf(body);
        }
    }

    enum Activation {
        RELU,
        LEAKY_RELU,
        GELU,
        SILU,
        TANH,
        SIGMOID,
        ELU
    }

    /** How a layer's weights start; biases follow PyTorch's default for DEFAULT and are zero otherwise. */
    enum Initializer {
        /** PyTorch's default: uniform in ±1/√fan-in, weights and biases. */
        DEFAULT,
        /** Glorot and Bengio, 2010. */
        XAVIER_UNIFORM,
        XAVIER_NORMAL,
        /** He et al., 2015, for ReLU, by fan-in. */
        KAIMING_UNIFORM,
        KAIMING_NORMAL,
        ORTHOGONAL,
        ZEROS
    }
}
