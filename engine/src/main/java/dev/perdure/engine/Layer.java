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
            implements Layer {
        public Conv {
            Checks.atLeast("out", out, 1);
            Checks.atLeast("kernel", kernel, 1);
            Checks.atLeast("stride", stride, 1);
            Checks.atLeast("padding", padding, 0);
        }
    }

    /** Largest value of each square window. */
    record MaxPool(int kernel, int stride) implements Layer {
        public MaxPool {
            Checks.atLeast("kernel", kernel, 1);
            Checks.atLeast("stride", stride, 1);
        }
    }

    /** Mean of each square window. */
    record AvgPool(int kernel, int stride) implements Layer {
        public AvgPool {
            Checks.atLeast("kernel", kernel, 1);
            Checks.atLeast("stride", stride, 1);
        }
    }

    /** Mean over all positions: {@code [channels, height, width]} becomes {@code [channels]}. */
    record GlobalAvgPool() implements Layer {}

    record Flatten() implements Layer {}

    /** Fully connected; flattens its input first when it has more than one dimension. */
    record Dense(String name, int out, boolean bias, Initializer init) implements Layer {
        public Dense {
            Checks.atLeast("out", out, 1);
        }
    }

    /**
     * Batch normalisation (Ioffe and Szegedy, 2015) over the channels. Statistics are those of the microbatch; the running
     * ones take each microbatch's with this momentum, in microbatch order.
     */
    record BatchNorm(String name, double momentum, double epsilon) implements Layer {
        public BatchNorm {
            Checks.within("momentum", momentum, 0, 1);
            Checks.above("epsilon", epsilon, 0);
        }
    }

    /** Layer normalisation (Ba, Kiros and Hinton, 2016) over all of a sample's values. */
    record LayerNorm(String name, double epsilon) implements Layer {
        public LayerNorm {
            Checks.above("epsilon", epsilon, 0);
        }
    }

    /** Zeroes each value with this probability while training, and scales the others up. */
    record Dropout(double probability) implements Layer {
        public Dropout {
            Checks.below("probability", probability, 0, 1);
        }
    }

    record Activate(Activation activation) implements Layer {}

    /**
     * {@code x + body(x)} (He et al., 2016). When the body changes the shape, {@code x} goes through {@code NAME.shortcut}
     * first: a 1×1 convolution without bias, strided as the body strides, or a dense layer where there is no image. The
     * body's layers have names of their own within it, and are called {@code NAME.LAYER} outside.
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

    /**
     * How a layer's weights start; biases follow PyTorch's default for DEFAULT and are zero otherwise. Fan-in is the number
     * of inputs that meet in one output: channels × kernel² for a convolution.
     */
    enum Initializer {
        /** PyTorch's default: uniform in ±1/√fan-in, weights and biases. */
        DEFAULT,
        /** Glorot and Bengio, 2010. */
        XAVIER_UNIFORM,
        XAVIER_NORMAL,
        /** He et al., 2015, for ReLU, by fan-in. */
        KAIMING_UNIFORM,
        KAIMING_NORMAL,
        /** Saxe et al., 2014: rows, or columns when they are fewer, are orthonormal. */
        ORTHOGONAL,
        ZEROS
    }
}
