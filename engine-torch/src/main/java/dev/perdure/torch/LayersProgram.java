package dev.perdure.torch;

import static org.bytedeco.pytorch.global.torch.adaptive_avg_pool2d;
import static org.bytedeco.pytorch.global.torch.avg_pool2d;
import static org.bytedeco.pytorch.global.torch.elu;
import static org.bytedeco.pytorch.global.torch.flatten;
import static org.bytedeco.pytorch.global.torch.gelu;
import static org.bytedeco.pytorch.global.torch.leaky_relu;
import static org.bytedeco.pytorch.global.torch.max_pool2d;
import static org.bytedeco.pytorch.global.torch.relu;
import static org.bytedeco.pytorch.global.torch.sigmoid;
import static org.bytedeco.pytorch.global.torch.silu;
import static org.bytedeco.pytorch.global.torch.tanh;

import dev.perdure.core.Shape;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Layer.Initializer;
import dev.perdure.engine.Shapes;
import java.util.List;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;

/** A network by configuration alone, as a program. */
final class LayersProgram implements TorchProgram {
    private final List<Layer> layers;
    private final Shapes.Inferred shapes;

    /** @throws dev.perdure.core.BadSettingException if the network does not fit the input, or gives something else */
    LayersProgram(List<Layer> layers, Shape input, int outputs) {
        this.layers = layers;
        this.shapes = Shapes.require(layers, input, outputs);
    }

    @Override
    public void declare(Declaration network) {
        declare(network, "", layers, shapes);
    }

    private static void declare(Declaration network, String prefix, List<Layer> layers, Shapes.Inferred shapes) {
        for (int i = 0; i < layers.size(); i++) {
            declare(
                    network,
                    prefix,
                    layers.get(i),
                    shapes.before(i),
                    shapes.after().get(i));
        }
    }

    private static void declare(Declaration network, String prefix, Layer layer, Shape before, Shape after) {
        int in = before.dimensions() == 0 ? 1 : Math.toIntExact(before.size(0));
        switch (layer) {
            case Layer.Conv c -> network.conv(prefix + c.name(), in, c.out(), c.kernel(), c.bias(), c.init());
            case Layer.Dense d ->
                network.dense(prefix + d.name(), Math.toIntExact(before.elements()), d.out(), d.bias(), d.init());
            case Layer.BatchNorm n -> network.batchNorm(prefix + n.name(), in, n.momentum(), n.epsilon());
            case Layer.LayerNorm n -> network.layerNorm(prefix + n.name(), before);
            case Layer.Residual r -> {
                String inside = prefix + r.name() + ".";
                declare(network, inside, r.body(), Shapes.infer(r.body(), before));
                declareShortcut(network, inside + "shortcut", before, after);
            }
            case Layer.MaxPool _,
                    Layer.AvgPool _,
                    Layer.GlobalAvgPool _,
                    Layer.Flatten _,
                    Layer.Dropout _,
                    Layer.Activate _ -> {}
        }
    }

    private static void declareShortcut(Declaration network, String name, Shape before, Shape after) {
        if (before.equals(after)) {
            return;
        }
        int in = Math.toIntExact(before.size(0));
        int out = Math.toIntExact(after.size(0));
        if (after.dimensions() == 3) {
            network.conv(name, in, out, 1, false, Initializer.DEFAULT);
        } else {
            network.dense(name, in, out, false, Initializer.DEFAULT);
        }
    }

    @Override
    public Tensor forward(Forward pass, Tensor inputs) {
        return forward(pass, "", layers, inputs);
    }

    private static Tensor forward(Forward pass, String prefix, List<Layer> layers, Tensor inputs) {
        Tensor x = inputs;
        for (Layer layer : layers) {
            x = forward(pass, prefix, layer, x);
        }
        return x;
    }

    private static Tensor forward(Forward pass, String prefix, Layer layer, Tensor x) {
        return switch (layer) {
            case Layer.Conv c -> pass.conv(prefix + c.name(), x, c.stride(), c.padding());
            case Layer.MaxPool(int kernel, int stride) ->
                max_pool2d(x, square(kernel), square(stride), square(0), square(1), false);
            case Layer.AvgPool(int kernel, int stride) ->
                avg_pool2d(x, square(kernel), square(stride), square(0), false, true, new LongOptional());
            case Layer.GlobalAvgPool() -> flatten(adaptive_avg_pool2d(x, square(1)), 1, -1);
            case Layer.Flatten() -> flatten(x, 1, -1);
            case Layer.Dense d -> pass.dense(prefix + d.name(), x);
            case Layer.BatchNorm n -> pass.batchNorm(prefix + n.name(), x);
            case Layer.LayerNorm n -> pass.layerNorm(prefix + n.name(), x, n.epsilon());
            case Layer.Dropout(double probability) -> pass.dropout(x, probability);
            case Layer.Activate(Layer.Activation activation) -> activate(activation, x);
            case Layer.Residual r -> residual(pass, prefix + r.name() + ".", r.body(), x);
        };
    }

    private static Tensor residual(Forward pass, String prefix, List<Layer> body, Tensor x) {
        Tensor y = forward(pass, prefix, body, x);
        Shape before = Tensors.shape(x);
        Shape after = Tensors.shape(y);
        if (before.equals(after)) {
            return x.add(y);
        }
        String name = prefix + "shortcut";
        if (x.dim() == 2) {
            return pass.dense(name, x).add(y);
        }
        int stride = Shapes.shortcutStride(sample(before), sample(after)).orElseThrow();
        return pass.conv(name, x, stride, 0).add(y);
    }

    private static Shape sample(Shape batch) {
        return Shape.of(batch.size(1), batch.size(2), batch.size(3));
    }

    private static Tensor activate(Layer.Activation activation, Tensor x) {
        return switch (activation) {
            case RELU -> relu(x);
            case LEAKY_RELU -> leaky_relu(x);
            case GELU -> gelu(x);
            case SILU -> silu(x);
            case TANH -> tanh(x);
            case SIGMOID -> sigmoid(x);
            case ELU -> elu(x);
        };
    }

    private static long[] square(int size) {
        return new long[] {size, size};
    }
}
