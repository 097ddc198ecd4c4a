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

import dev.perdure.core.BadSettingException;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Gradient;
import dev.perdure.engine.Loss;
import dev.perdure.engine.ModelSpec;
import dev.perdure.engine.TrainingPlan;
import dev.perdure.testkit.EngineWorkbench;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptProgramTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void make() {
        file = folder.resolve("net.pt");
        Scripts.save(file);
    }

    private static TorchModel open(Path file) {
        return new TorchEngine()
                .open(new TrainingPlan(
                        new ModelSpec.TorchScript(file),
                        EngineWorkbench.INPUT,
                        EngineWorkbench.CLASSES,
                        new Loss.CrossEntropy(0),
                        adam(),
                        1,
                        1));
    }

    @Test
    void bringsItsParametersAndBuffers() {
        try (TorchModel model = open(file)) {
            assertThat(model.parameters()).isEqualTo(6 * 128 + 6 + 6 + 6 + 18);
            assertThat(model.state().startingWith("model/").entries().keySet())
                    .containsExactly(
                            "model/fc1_weight",
                            "model/fc1_bias",
                            "model/bn_weight",
                            "model/bn_bias",
                            "model/fc2_weight",
                            "model/frozen",
                            "model/running_mean",
                            "model/running_var");
            assertThat(model.state().startingWith("optimizer/frozen").entries()).isEmpty();
        }
    }

    @Test
    void learnsAndIsSavedBackWithWhatItLearned() throws IOException {
        Path trained = folder.resolve("trained.pt");
        try (TorchModel model = open(file)) {
            double before = model.evaluate(batch(60, 99)).lossSum();
            train(model, 1, 60, 5);
            assertThat(model.evaluate(batch(60, 99)).lossSum()).isLessThan(before * 0.7);
            model.saveTorchScript(trained);
            try (TorchModel again = open(trained)) {
                assertThat(digest(again.state().startingWith("model/")))
                        .isEqualTo(digest(model.state().startingWith("model/")));
                assertThat(floats(again.predict(batch(9, 1).inputs())))
                        .isEqualTo(floats(model.predict(batch(9, 1).inputs())));
            }
            assertThat(folder.toFile().list()).as("no leftovers").containsExactlyInAnyOrder("net.pt", "trained.pt");
        }
    }

    @Test
    void goesOnBitIdenticallyFromAStateTakenBack() {
        try (TorchModel undisturbed = open(file);
                TorchModel fresh = open(file)) {
            train(undisturbed, 1, 5, 5);
            State middle = copy(undisturbed.state());
            train(undisturbed, 5, 9, 5);
            train(fresh, 1, 3, 6);
            fresh.restore(middle);
            train(fresh, 5, 9, 5);
            assertThat(digest(fresh.state())).isEqualTo(digest(undisturbed.state()));
        }
    }

    @Test
    void givesTheSameGradientWhateverWasComputedBeforeAndLeavesBuffersAlone() {
        try (TorchModel model = open(file);
                Arena arena = Arena.ofConfined()) {
            TensorData one = gradientBuffer(arena, model);
            TensorData two = gradientBuffer(arena, model);
            String before = digest(model.state());
            float[] statistics =
                    floats(model.gradient(microbatch(1, 0, 1, 8, 5), one).statistics());
            for (int i = 0; i < 4; i++) {
                model.evaluate(batch(7, i));
                Gradient again = model.gradient(microbatch(1, 0, 1, 8, 5), two);
                assertThat(floats(two)).isEqualTo(floats(one));
                assertThat(floats(again.statistics())).isEqualTo(statistics);
            }
            assertThat(digest(model.state())).isEqualTo(before);
        }
    }

    @Test
    void takesTheMeanOfWhatMicrobatchesChangeInItsBuffers() {
        try (TorchModel model = open(file);
                Arena arena = Arena.ofConfined()) {
            TensorData buffer = gradientBuffer(arena, model);
            TensorData one = model.gradient(microbatch(1, 0, 2, 8, 5), buffer).statistics();
            TensorData two = model.gradient(microbatch(1, 1, 2, 8, 5), buffer).statistics();
            model.apply(0, buffer, List.of(one, two));
            float[] mean = floats(model.state().tensor("model/running_mean"));
            for (int i = 0; i < mean.length; i++) {
                assertThat(mean[i]).isNotZero().isEqualTo((float) (((double) floats(one)[i] + floats(two)[i]) / 2));
            }
        }
    }

    @Test
    void saysWhenAFileIsMissingOrIsNoTorchScript() throws IOException {
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> open(folder.resolve("no.pt")))
                .withMessageContaining("no.pt cannot be read (expected: a file that torch.jit.save wrote)");
        Path text = Files.writeString(folder.resolve("text.pt"), "hello");
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> open(text))
                .withMessageContaining("text.pt is no TorchScript")
                .withMessageNotContaining("\n");
    }

    @Test
    void saysInOneLineWhenItDoesNotFitTheData() {
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> new TorchEngine()
                        .open(new TrainingPlan(
                                new ModelSpec.TorchScript(file),
                                Shape.of(3),
                                3,
                                new Loss.CrossEntropy(0),
                                adam(),
                                1,
                                1)))
                .withMessageContaining("net.pt, forward pass on [1, 3]: ")
                .withMessageNotContaining("\n");
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> new TorchEngine()
                        .open(new TrainingPlan(
                                new ModelSpec.TorchScript(file),
                                EngineWorkbench.INPUT,
                                4,
                                new Loss.CrossEntropy(0),
                                adam(),
                                1,
                                1)))
                .withMessageContaining("gives Float [1, 3]")
                .withMessageContaining("expected: Float [1, 4]");
    }

    @Test
    void isNotSavedWhereItCannotBeWritten() {
        try (TorchModel model = open(file)) {
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> model.saveTorchScript(folder.resolve("none/net.pt")));
        }
    }
}
