package dev.perdure.torch;

import static dev.perdure.testkit.EngineWorkbench.adam;
import static dev.perdure.testkit.EngineWorkbench.batch;
import static dev.perdure.testkit.EngineWorkbench.copy;
import static dev.perdure.testkit.EngineWorkbench.digest;
import static dev.perdure.testkit.EngineWorkbench.floats;
import static dev.perdure.testkit.EngineWorkbench.gradientBuffer;
import static dev.perdure.testkit.EngineWorkbench.microbatch;
import static dev.perdure.testkit.EngineWorkbench.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.flatten;
import static org.bytedeco.pytorch.global.torch.relu;
import static org.bytedeco.pytorch.global.torch.tanh;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Layer.Initializer;
import dev.perdure.engine.Loss;
import dev.perdure.engine.ModelSpec;
import dev.perdure.engine.TrainingPlan;
import dev.perdure.testkit.EngineWorkbench;
import java.lang.foreign.Arena;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.junit.jupiter.api.Test;

class ProgramTest {

    /** Two branches that meet, which no list of layers says. */
    public static final class TwoBranches implements TorchProgram {
        @Override
        public void declare(Declaration network) {
            int channels = Math.toIntExact(network.input().size(0));
            int values = Math.toIntExact(network.input().elements());
            network.conv("conv", channels, 4, 3, true, Initializer.DEFAULT);
            network.batchNorm("bn", 4, 0.1, 1e-5);
            network.dense("side", values, 8, true, Initializer.XAVIER_UNIFORM);
            network.parameter("scale", Shape.of(8), 1);
            network.parameter("unused", Shape.of(2), 1);
            network.dense("out", 4 * 6 * 6 + 8, network.outputs(), true, Initializer.DEFAULT);
        }

        @Override
        public Tensor forward(Forward pass, Tensor inputs) {
            Tensor left = relu(pass.batchNorm("bn", pass.conv("conv", inputs, 1, 0)));
            Tensor right = tanh(pass.dense("side", inputs)).mul(pass.parameter("scale"));
            Tensor both = cat(new TensorVector(flatten(left, 1, -1), right), 1);
            return pass.dense("out", pass.dropout(both, 0.1));
        }
    }

    /** Declares a layer under one name and uses it under another. */
    public static final class Misspelt implements TorchProgram {
        @Override
        public void declare(Declaration network) {
            network.dense("hidden", 128, 3, true, Initializer.DEFAULT);
        }

        @Override
        public Tensor forward(Forward pass, Tensor inputs) {
            return pass.dense("hiden", inputs);
        }
    }

    /** Takes images of another size for granted. */
    public static final class Narrow implements TorchProgram {
        @Override
        public void declare(Declaration network) {
            network.dense("fc", 5, 3, true, Initializer.DEFAULT);
        }

        @Override
        public Tensor forward(Forward pass, Tensor inputs) {
            return pass.dense("fc", inputs);
        }
    }

    private static TorchModel open(String className, long seed) {
        return new TorchEngine()
                .open(new TrainingPlan(
                        new ModelSpec.Program(className),
                        EngineWorkbench.INPUT,
                        EngineWorkbench.CLASSES,
                        new Loss.CrossEntropy(0),
                        adam(),
                        seed,
                        1));
    }

    @Test
    void learnsAndGoesOnBitIdenticallyFromAStateTakenBack() {
        try (TorchModel undisturbed = open(TwoBranches.class.getName(), 1);
                TorchModel fresh = open(TwoBranches.class.getName(), 2)) {
            double before = undisturbed.evaluate(batch(60, 99)).lossSum();
            train(undisturbed, 1, 40, 5);
            assertThat(undisturbed.evaluate(batch(60, 99)).lossSum()).isLessThan(before * 0.7);
            State middle = copy(undisturbed.state());
            train(undisturbed, 40, 44, 5);
            fresh.restore(middle);
            train(fresh, 40, 44, 5);
            assertThat(digest(fresh.state())).isEqualTo(digest(undisturbed.state()));
        }
    }

    @Test
    void hasAZeroGradientForAParameterThatItDoesNotUse() {
        try (TorchModel model = open(TwoBranches.class.getName(), 1);
                Arena arena = Arena.ofConfined()) {
            TensorData into = gradientBuffer(arena, model);
            into.data().fill((byte) 1);
            model.gradient(microbatch(1, 0, 1, 4, 1), into);
            int at = 72 + 4 + 4 + 4 + 8 * 128 + 8 + 8;
            assertThat(floats(into)[at - 1]).isNotZero();
            assertThat(floats(into)[at]).isZero();
            assertThat(floats(into)[at + 1]).isZero();
            assertThat(floats(into)[at + 2]).isNotZero();
        }
    }

    @Test
    void isRefusedInOneLineWhenItCannotBeMade() {
        refuses("com.acme.Nowhere", "com.acme.Nowhere is not on the class path");
        refuses("java.lang.String", "java.lang.String is not a TorchProgram (expected: a public class that implements");
        refuses(TorchProgram.class.getName(), "cannot be made");
    }

    @Test
    void isRefusedInOneLineWhenItDoesNotFit() {
        refuses(Misspelt.class.getName(), "'hiden.weight' was not declared. Did you mean 'hidden.weight'?");
        refuses(Narrow.class.getName(), "forward pass on [1, 2, 8, 8]: ");
    }

    private static void refuses(String className, String message) {
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> open(className, 1))
                .withMessageContaining(message)
                .withMessageNotContaining("\n");
    }
}
