package dev.perdure.examples;

import static org.bytedeco.pytorch.global.torch.adaptive_avg_pool2d;
import static org.bytedeco.pytorch.global.torch.relu;

import dev.perdure.core.Shape;
import dev.perdure.engine.Layer.Initializer;
import dev.perdure.torch.Declaration;
import dev.perdure.torch.Forward;
import dev.perdure.torch.TorchProgram;
import org.bytedeco.pytorch.Tensor;

/**
 * A residual network whose blocks share one kernel, each with a gain of its own that it learns: nothing a list of layers
 * could say. {@code examples/program.yaml} trains it.
 */
public final class ResidualNet implements TorchProgram {
    private static final int CHANNELS = 24;
    private static final int BLOCKS = 3;
    private static final int GRID = 4;

    @Override
    public void declare(Declaration network) {
        int channels = Math.toIntExact(network.input().size(0));
        network.conv("stem", channels, CHANNELS, 3, true, Initializer.KAIMING_NORMAL);
        network.conv("block", CHANNELS, CHANNELS, 3, true, Initializer.KAIMING_NORMAL);
        network.parameter("gains", Shape.of(BLOCKS), 0.5);
        network.dense("head", CHANNELS * GRID * GRID, network.outputs(), true, Initializer.DEFAULT);
    }

    @Override
    public Tensor forward(Forward pass, Tensor images) {
        Tensor x = relu(pass.conv("stem", images, 2, 1));
        Tensor gains = pass.parameter("gains");
        for (int i = 0; i < BLOCKS; i++) {
            Tensor change = relu(pass.conv("block", x, 1, 1));
            x = x.add(change.mul(gains.select(0, i)));
        }
        Tensor pooled = adaptive_avg_pool2d(x, GRID, GRID);
        return pass.dense("head", pass.dropout(pooled, 0.1));
    }
}
