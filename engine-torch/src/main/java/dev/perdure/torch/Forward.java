package dev.perdure.torch;

import static org.bytedeco.pytorch.global.torch.batch_norm;
import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.flatten;
import static org.bytedeco.pytorch.global.torch.layer_norm;
import static org.bytedeco.pytorch.global.torch.linear;
import static org.bytedeco.pytorch.global.torch.torch_empty_like;

import dev.perdure.core.BadSettingException;
import java.util.HashSet;
import java.util.Set;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * One forward pass: gives a {@link TorchProgram} the layers and parameters it has declared. Images are
 * {@code [samples, channels, height, width]}.
 */
public final class Forward {
    private final Weights weights;
    private final boolean training;
    private final GeneratorOptional random;
    private final Tensor statistics;
    private final Set<String> normalised = new HashSet<>();

    /** @param statistics where the microbatch's own statistics are put while training */
    Forward(Weights weights, boolean training, GeneratorOptional random, Tensor statistics) {
        this.weights = weights;
        this.training = training;
        this.random = random;
        this.statistics = statistics;
    }

    /** Returns whether gradients will be asked for; in evaluation and prediction nothing is random. */
    public boolean training() {
        return training;
    }

    /**
     * Returns the source of everything random in this pass, seeded for the microbatch. For use in operations that take a
     * generator.
     */
    public GeneratorOptional random() {
        return random;
    }

    Tensor statistics() {
        return statistics;
    }

    /** Returns a declared parameter or buffer under its full name, such as {@code fc1.weight}. Only to be read. */
    public Tensor parameter(String name) {
        return weights.tensor(name);
    }

    /** Convolves images with a declared kernel. The result is in channels-last order, in which that is fastest. */
    public Tensor conv(String name, Tensor images, int stride, int padding) {
        return conv2d(
                Tensors.channelsLast(images),
                parameter(name + ".weight"),
                optional(name + ".bias"),
                new long[] {stride, stride},
                new long[] {padding, padding},
                new long[] {1, 1},
                1);
    }

    /** Multiplies with declared weights and adds the bias; flattens its input first when that has more dimensions. */
    public Tensor dense(String name, Tensor inputs) {
        Tensor rows = inputs.dim() > 2 ? flatten(inputs, 1, -1) : inputs;
        return linear(rows, parameter(name + ".weight"), optional(name + ".bias"));
    }

    /**
     * Normalises the channels of images, or the columns of rows: by the microbatch's own statistics while training, by the
     * running ones otherwise. The running ones are updated when the step is applied, not here. A layer may be used once a
     * pass.
     */
    public Tensor batchNorm(String name, Tensor x) {
        Declaration.Normalisation layer = weights.normalisation(name);
        TensorOptional weight = optional(name + ".weight");
        TensorOptional bias = optional(name + ".bias");
        if (!training) {
            return batch_norm(
                    x,
                    weight,
                    bias,
                    optional(name + ".running_mean"),
                    optional(name + ".running_var"),
                    false,
                    0,
                    layer.epsilon(),
                    false);
        }
        requireOnce(name, x);
        // With momentum 1, "running" statistics that start from 0 are those of this microbatch.
        Tensor mean = statistics.narrow(0, layer.offset(), layer.channels());
        Tensor variance = statistics.narrow(0, layer.offset() + (long) layer.channels(), layer.channels());
        return batch_norm(
                x,
                weight,
                bias,
                new TensorOptional(mean),
                new TensorOptional(variance),
                true,
                1,
                layer.epsilon(),
                false);
    }

    private void requireOnce(String name, Tensor x) {
        if (!normalised.add(name)) {
            throw new BadSettingException(
                    "batch-norm %s is used twice in one pass. Declare one for each place.".formatted(name));
        }
        long values = x.numel() / x.size(1);
        if (values < 2) {
            throw new BadSettingException(("batch-norm %s: a microbatch with %d value for each channel has no variance"
                            + " (expected: at least 2). Use fewer microbatches, or layer-norm.")
                    .formatted(name, values));
        }
    }

    /** Normalises each sample over the declared shape. */
    public Tensor layerNorm(String name, Tensor x, double epsilon) {
        Tensor weight = parameter(name + ".weight");
        return layer_norm(
                x,
                Tensors.shape(weight).toArray(),
                new TensorOptional(weight),
                optional(name + ".bias"),
                epsilon,
                false);
    }

    /** Zeroes each value with this probability and scales the others up; gives {@code x} itself outside of training. */
    public Tensor dropout(Tensor x, double probability) {
        if (!training || probability == 0) {
            return x;
        }
        Tensor mask = torch_empty_like(x.detach()).bernoulli_(1 - probability, random);
        return x.mul(mask.mul_(new Scalar(1 / (1 - probability))));
    }

    private TensorOptional optional(String name) {
        return weights.has(name) ? new TensorOptional(weights.tensor(name)) : new TensorOptional();
    }
}
