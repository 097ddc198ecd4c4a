package dev.perdure.onnx;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Port;
import dev.perdure.engine.PredictionFailedException;
import dev.perdure.engine.Predictor;
import dev.perdure.engine.ServedModel;
import dev.perdure.engine.ServedProgram;
import dev.perdure.engine.UnusableModelException;
import dev.perdure.export.OnnxGraph;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Files that others made: any type, several inputs and outputs, and what is wrong with some. */
class OnnxPredictorsTest {
    private static final OnnxPredictors PREDICTORS = new OnnxPredictors(OnnxOptions.standard());

    private static ServedModel model(MemorySegment file, List<Port> inputs, List<Port> outputs) {
        return new ServedModel(new ServedProgram.Onnx(file), new LinkedHashMap<>(), inputs, outputs);
    }

    private static MemorySegment copyOfInput(Port input, Port output) {
        return new OnnxGraph("copy")
                .input(input)
                .node("Identity", List.of(input.name()), output.name())
                .output(output)
                .write(Arena.ofAuto());
    }

    private static MemorySegment copyOfInput() {
        return copyOfInput(Port.of("x", DType.F32, 2), Port.of("y", DType.F32, 2));
    }

    @ParameterizedTest
    @EnumSource
    void passesTensorsOfEveryTypeThroughBitForBit(DType dtype) {
        Port in = Port.of("x", dtype, 3, 2);
        Port out = Port.of("y", dtype, 3, 2);
        try (Predictor predictor = PREDICTORS.open(model(copyOfInput(in, out), List.of(in), List.of(out)));
                Arena arena = Arena.ofConfined()) {
            byte[] bytes = new byte[(int) in.batch(4).elements() * dtype.bytes()];
            new SplittableRandom(7).nextBytes(bytes);
            for (int i = 0; dtype == DType.BOOL && i < bytes.length; i++) {
                bytes[i] &= 1;
            }
            var tensor = new TensorData(dtype, in.batch(4), MemorySegment.ofArray(bytes));
            var answer = predictor.predict(Map.of("x", tensor), arena).get("y");
            assertThat(Objects.requireNonNull(answer).data().toArray(JAVA_BYTE)).isEqualTo(bytes);
        }
    }

    @Test
    void takesAndGivesSeveralTensorsByName() {
        Port left = Port.of("left", DType.F32, 2);
        Port right = Port.of("right", DType.F32, 2);
        Port sum = Port.of("sum", DType.F32, 2);
        Port difference = Port.of("difference", DType.F32, 2);
        MemorySegment file = new OnnxGraph("two")
                .input(left)
                .input(right)
                .node("Add", List.of("left", "right"), "sum")
                .node("Sub", List.of("left", "right"), "difference")
                .output(sum)
                .output(difference)
                .write(Arena.ofAuto());
        TensorData three = TensorData.of(Shape.of(1, 2), 3f, 30f);
        TensorData one = TensorData.of(Shape.of(1, 2), 1f, 10f);
        try (Predictor swapped = PREDICTORS.open(model(file, List.of(right, left), List.of(difference, sum)));
                Predictor some = PREDICTORS.open(model(file, List.of(left, right), List.of(difference)));
                Arena arena = Arena.ofConfined()) {
            var answers = swapped.predict(Map.of("left", three, "right", one), arena);
            assertThat(answers.sequencedKeySet()).containsExactly("difference", "sum");
            assertThat(floats(answers.get("sum"))).containsExactly(4, 40);
            assertThat(floats(answers.get("difference"))).containsExactly(2, 20);
            var difference2 = some.predict(Map.of("left", one, "right", three), arena);
            assertThat(floats(difference2.get("difference"))).containsExactly(-2, -20);
            assertThat(difference2).hasSize(1);
        }
    }

    private static float[] floats(@Nullable TensorData tensor) {
        return Objects.requireNonNull(tensor).data().toArray(JAVA_FLOAT_UNALIGNED);
    }

    @Test
    void refusesAFileThatIsCutAtAnyLengthOrIsNoneAtAll() {
        MemorySegment file = copyOfInput();
        Port x = Port.of("x", DType.F32, 2);
        Port y = Port.of("y", DType.F32, 2);
        for (long length = 0; length < file.byteSize(); length++) {
            ServedModel cut = model(file.asSlice(0, length), List.of(x), List.of(y));
            assertThatExceptionOfType(UnusableModelException.class)
                    .as("cut at %d of %d", length, file.byteSize())
                    .isThrownBy(() -> PREDICTORS.open(cut).close())
                    .withMessageContaining("ONNX");
        }
        byte[] text = "layers: []".repeat(100).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertThatExceptionOfType(UnusableModelException.class)
                .isThrownBy(() -> PREDICTORS.open(model(MemorySegment.ofArray(text), List.of(x), List.of(y))))
                .withMessageContainingAll("ONNX file of 1000 bytes", "expected");
    }

    /** Whatever a byte is changed to, it is a refusal or a model: never a crash, never another exception. */
    @Test
    void survivesAnyByteChanged() {
        MemorySegment file = copyOfInput();
        Port x = Port.of("x", DType.F32, 2);
        Port y = Port.of("y", DType.F32, 2);
        int refused = 0;
        for (int at = 0; at < file.byteSize(); at++) {
            byte[] bytes = file.toArray(JAVA_BYTE);
            bytes[at] ^= 0x55;
            try {
                PREDICTORS
                        .open(model(MemorySegment.ofArray(bytes), List.of(x), List.of(y)))
                        .close();
            } catch (UnusableModelException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan((int) file.byteSize() / 2);
    }

    @Test
    void saysWhatTheFileHasInsteadOfWhatTheSignatureSays() {
        ServedModel wrong =
                model(copyOfInput(), List.of(Port.of("image", DType.F32, 2)), List.of(Port.of("y", DType.F64, 2, 2)));
        assertThatExceptionOfType(UnusableModelException.class)
                .isThrownBy(() -> PREDICTORS.open(wrong))
                .withMessageContainingAll(
                        "input 'image' is not there",
                        "The file has: x F32 [any, 2]",
                        "output 'y' is F32 [any, 2] (expected: F64 [samples, 2, 2]");
    }

    @Test
    void refusesAnotherProgramAndWeightsOfItsOwn() {
        Port x = Port.of("x", DType.F32, 2);
        var layers = new ServedModel(
                new ServedProgram.Layers(List.of()),
                new LinkedHashMap<>(),
                List.of(x),
                List.of(Port.of("y", DType.F32, 2)));
        assertThat(PREDICTORS.runs(layers.program())).isFalse();
        assertThatExceptionOfType(UnusableModelException.class)
                .isThrownBy(() -> PREDICTORS.open(layers))
                .withMessageContaining("program 'layers' (expected: onnx");
        var weights = new LinkedHashMap<String, TensorData>();
        weights.put("w", TensorData.of(Shape.of(1), 1f));
        assertThatExceptionOfType(UnusableModelException.class)
                .isThrownBy(() -> PREDICTORS.open(
                        new ServedModel(new ServedProgram.Onnx(copyOfInput()), weights, List.of(x), layers.outputs())))
                .withMessageContaining("1 weights beside it");
    }

    /** An index outside of a table: the model fails for this question, and answers the next one. */
    @Test
    void failsForAQuestionThatItCannotAnswerAndGoesOn() {
        Port x = Port.of("x", DType.I64);
        Port y = Port.of("y", DType.F32);
        MemorySegment file = new OnnxGraph("table")
                .input(x)
                .tensor("table", TensorData.of(Shape.of(3), 10f, 20f, 30f))
                .node("Gather", List.of("table", "x"), "y")
                .output(y)
                .write(Arena.ofAuto());
        try (Predictor predictor = PREDICTORS.open(model(file, List.of(x), List.of(y)));
                Arena arena = Arena.ofConfined()) {
            assertThatExceptionOfType(PredictionFailedException.class)
                    .isThrownBy(() -> predictor.predict(Map.of("x", TensorData.of(Shape.of(2), 1L, 99L)), arena))
                    .withMessageContaining("indices element out of data bounds");
            assertThat(floats(predictor
                            .predict(Map.of("x", TensorData.of(Shape.of(2), 2L, 0L)), arena)
                            .get("y")))
                    .containsExactly(30, 10);
        }
    }

    @Test
    void findsOutWhatAFileGivesFromSamplesAlone() {
        try (Arena arena = Arena.ofConfined()) {
            TensorData samples = TensorData.of(Shape.of(3, 2), 1f, 2f, 3f, 4f, 5f, 6f);
            var given = PREDICTORS.probe(new ServedProgram.Onnx(copyOfInput()), Map.of("x", samples), arena);
            assertThat(given).containsOnlyKeys("y");
            assertThat(floats(given.get("y"))).containsExactly(1, 2, 3, 4, 5, 6);
            assertThatExceptionOfType(UnusableModelException.class)
                    .isThrownBy(() ->
                            PREDICTORS.probe(new ServedProgram.Onnx(copyOfInput()), Map.of("image", samples), arena))
                    .withMessageContaining("It takes: x F32 [any, 2]");
        }
    }

    @Test
    void twoThreadsAndNoOptimisationGiveTheSameAnswers() {
        Port x = Port.of("x", DType.F32, 2);
        Port y = Port.of("y", DType.F32, 2);
        try (Predictor predictor = new OnnxPredictors(new OnnxOptions(2, false))
                        .open(model(copyOfInput(), List.of(x), List.of(y)));
                Arena arena = Arena.ofConfined()) {
            TensorData one = TensorData.of(Shape.of(1, 2), 1f, 2f);
            assertThat(floats(predictor.predict(Map.of("x", one), arena).get("y")))
                    .containsExactly(1, 2);
        }
    }
}
