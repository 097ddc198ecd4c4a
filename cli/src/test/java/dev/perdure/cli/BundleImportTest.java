package dev.perdure.cli;

import static dev.perdure.cli.Shell.perdure;
import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.DType;
import dev.perdure.core.Digests;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Port;
import dev.perdure.export.OnnxGraph;
import dev.perdure.format.Safetensors;
import dev.perdure.model.Bundle;
import dev.perdure.model.Bundles;
import dev.perdure.model.Program;
import dev.perdure.model.TensorSpec;
import dev.perdure.model.Trust;
import dev.perdure.store.LocalObjectStore;
import dev.perdure.torch.TorchEngine;
import dev.perdure.training.ExitCode;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.QualifiedName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models made elsewhere become bundles, or are refused with the reason. */
class BundleImportTest {
    private static final Port LEFT = Port.of("left", DType.F32, 2);
    private static final Port RIGHT = Port.of("right", DType.F32, 2);
    private static final Port OUT = Port.of("out", DType.F32, 2);

    @TempDir
    Path folder;

    private Path model = Path.of("");
    private Path samples = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void write() throws IOException {
        model = folder.resolve("difference.onnx");
        samples = folder.resolve("samples.safetensors");
        out = folder.resolve("models/difference/1");
        write(new OnnxGraph("g")
                .input(LEFT)
                .input(RIGHT)
                .node("Sub", List.of("left", "right"), "out")
                .output(OUT));
        Safetensors.write(samples, tensors(40, "left", "right"));
    }

    private void write(OnnxGraph graph) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Files.write(model, graph.write(arena).toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /** Value {@code i} of the first tensor is 10 i, and of the next ones i. */
    private static SequencedMap<String, TensorData> tensors(int samples, String... names) {
        var tensors = new LinkedHashMap<String, TensorData>();
        for (String name : names) {
            float[] values = new float[2 * samples];
            for (int i = 0; i < values.length; i++) {
                values[i] = tensors.isEmpty() ? 10 * i : i;
            }
            tensors.put(name, TensorData.of(Shape.of(samples, 2), values));
        }
        return tensors;
    }

    private Shell.Said importing(Path file) {
        return perdure("bundle", "import", file, "--samples", samples, "--name", "difference", "--out", out);
    }

    private static Bundle open(Path place, Arena arena) throws IOException {
        return Bundles.at(new LocalObjectStore(place))
                .open(Trust.anybody(), arena)
                .bundle();
    }

    @Test
    void anOnnxFileBecomesABundleThatSaysWhatWasFoundByRunningIt() throws IOException {
        assertThat(importing(model).fine())
                .contains(out + ": bundle ", "32 golden samples answered rightly by onnx", "It is not signed");
        try (Arena arena = Arena.ofConfined()) {
            Bundle bundle = open(out, arena);
            assertThat(bundle.program().format()).isEqualTo(Program.Format.ONNX);
            assertThat(bundle.program().bytes().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(Files.readAllBytes(model));
            assertThat(bundle.signature().inputs())
                    .containsExactlyInAnyOrder(
                            TensorSpec.of("left", DType.F32, 2), TensorSpec.of("right", DType.F32, 2));
            assertThat(bundle.signature().outputs()).containsExactly(TensorSpec.of("out", DType.F32, 2));
            assertThat(bundle.provenance().run()).isEqualTo("difference.onnx");
            assertThat(bundle.provenance().file()).contains(Digests.sha256(Files.readAllBytes(model)));
            float[] answers = bundle.golden()
                    .orElseThrow()
                    .outputs()
                    .firstEntry()
                    .getValue()
                    .data()
                    .toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
            assertThat(answers).hasSize(64).startsWith(0, 9, 18, 27);
        }
        assertThat(perdure("bundle", "show", out).fine()).contains("onnx          the program itself");
    }

    @Test
    void theSameFileAndSamplesGiveTheSameBundle() throws IOException {
        importing(model).fine();
        byte[] first = Files.readAllBytes(out.resolve("bundle.json"));
        out = folder.resolve("again");
        importing(model).fine();
        assertThat(Files.readAllBytes(out.resolve("bundle.json"))).isEqualTo(first);
    }

    @Test
    void aTorchScriptFileBecomesABundle() throws IOException {
        new TorchEngine();
        Path script = folder.resolve("net.pt");
        try (var _ = new PointerScope()) {
            var net = new JitModule(new QualifiedName("__torch__.Difference"));
            net.define("""
                    def forward(self, left, right):
                        return left - right
                    """);
            net.save(script.toString());
        }
        assertThat(importing(script).fine()).contains("32 golden samples answered rightly by torchscript");
        try (Arena arena = Arena.ofConfined()) {
            Bundle bundle = open(out, arena);
            assertThat(bundle.signature().outputs()).containsExactly(TensorSpec.of("output", DType.F32, 2));
            assertThat(bundle.golden()
                            .orElseThrow()
                            .outputs()
                            .firstEntry()
                            .getValue()
                            .data()
                            .get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4))
                    .isEqualTo(9);
        }
    }

    @Test
    void saysWhatTheModelTakesWhenTheSamplesAreOthers() throws IOException {
        Files.delete(samples);
        Safetensors.write(samples, tensors(3, "left", "rigth"));
        assertThat(importing(model).refusedOnce(ExitCode.BAD_SETTING))
                .contains("rigth", "It takes: left F32 [any, 2]; right F32 [any, 2]");
        Files.delete(samples);
        var wide = tensors(3, "left");
        wide.put("right", TensorData.of(Shape.of(3, 5), new float[15]));
        Safetensors.write(samples, wide);
        assertThat(importing(model).refusedOnce(ExitCode.BAD_SETTING)).contains("It takes: left F32 [any, 2]");
        Files.delete(samples);
        var uneven = tensors(3, "left");
        uneven.putAll(tensors(4, "right"));
        Safetensors.write(samples, uneven);
        assertThat(importing(model).refusedOnce(ExitCode.BAD_SETTING)).contains("of equally many samples");
        Files.writeString(samples, "no safetensors");
        assertThat(importing(model).refusedOnce(ExitCode.BAD_SETTING)).contains("--samples", "samples.safetensors");
        Files.delete(samples);
        assertThat(importing(model).refusedOnce(ExitCode.BAD_SETTING)).contains("no such file");
        assertThat(out).doesNotExist();
    }

    @Test
    void refusesAModelWhoseAnswersHangOnTheOtherSamplesOfTheBatch() throws IOException {
        write(new OnnxGraph("g")
                .input(LEFT)
                .input(RIGHT)
                .node("Sub", List.of("left", "right"), "apart")
                .node("Softmax", List.of("apart"), "out", new OnnxGraph.Attribute.Whole("axis", 0))
                .output(OUT));
        assertThat(importing(model).refusedOnce(ExitCode.BAD_SETTING))
                .contains("one sample alone", "golden answers differ", "hang on that sample alone");
        write(new OnnxGraph("g")
                .input(LEFT)
                .input(RIGHT)
                .node("Sub", List.of("left", "right"), "apart")
                .node("ReduceSum", List.of("apart"), "out")
                .output(OUT));
        assertThat(importing(model).refusedOnce(ExitCode.BAD_SETTING)).contains("an answer for each");
    }

    @Test
    void refusesWhatIsNoModel() throws IOException {
        assertThat(importing(folder.resolve("none.onnx")).refusedOnce(ExitCode.BAD_SETTING))
                .contains("none.onnx: no such file (expected: an ONNX or TorchScript file)");
        Path other = Files.copy(model, folder.resolve("model.h5"));
        assertThat(importing(other).refusedOnce(ExitCode.BAD_SETTING)).contains("unknown kind of model");
        byte[] bytes = Files.readAllBytes(model);
        Files.write(model, java.util.Arrays.copyOf(bytes, bytes.length - 3));
        assertThat(importing(model).refusedOnce(ExitCode.BAD_SETTING)).contains("ONNX file of");
        Path script = Files.copy(model, folder.resolve("model.pt"));
        assertThat(importing(script).refusedOnce(ExitCode.BAD_SETTING)).contains("no TorchScript");
        assertThat(perdure(
                                "bundle",
                                "import",
                                model,
                                "--samples",
                                samples,
                                "--name",
                                "x",
                                "--out",
                                out,
                                "--relative",
                                "-1")
                        .refusedOnce(ExitCode.BAD_SETTING))
                .contains("--relative");
        assertThat(perdure("bundle", "import", "--help").fine()).contains("Usage: perdure bundle import");
    }
}
