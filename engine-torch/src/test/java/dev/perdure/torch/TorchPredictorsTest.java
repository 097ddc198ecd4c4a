package dev.perdure.torch;

import static dev.perdure.testkit.EngineWorkbench.CLASSES;
import static dev.perdure.testkit.EngineWorkbench.INPUT;
import static dev.perdure.testkit.EngineWorkbench.adam;
import static dev.perdure.testkit.EngineWorkbench.batch;
import static dev.perdure.testkit.EngineWorkbench.copy;
import static dev.perdure.testkit.EngineWorkbench.floats;
import static dev.perdure.testkit.EngineWorkbench.network;
import static dev.perdure.testkit.EngineWorkbench.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Loss;
import dev.perdure.engine.ModelSpec;
import dev.perdure.engine.Port;
import dev.perdure.engine.PredictionFailedException;
import dev.perdure.engine.Predictor;
import dev.perdure.engine.ServedModel;
import dev.perdure.engine.ServedProgram;
import dev.perdure.engine.TrainableModel;
import dev.perdure.engine.TrainingPlan;
import dev.perdure.engine.UnusableModelException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.concurrent.Executors;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was trained predicts the same when it only predicts, in each of the ways in which a network is written. */
class TorchPredictorsTest {
    private static final Port IN = new Port("input", DType.F32, INPUT);
    private static final Port OUT = Port.of("output", DType.F32, CLASSES);
    private static final TorchPredictors PREDICTORS = new TorchPredictors(1);

    @TempDir
    Path folder;

    private static TrainableModel trained(ModelSpec spec) {
        TrainableModel model =
                new TorchEngine().open(new TrainingPlan(spec, INPUT, CLASSES, new Loss.CrossEntropy(0), adam(), 3, 1));
        train(model, 1, 12, 3);
        return model;
    }

    private static SequencedMap<String, TensorData> weights(TrainableModel model) {
        State state = copy(model.state().startingWith("model/"));
        var weights = new LinkedHashMap<String, TensorData>();
        state.tensors().forEach((name, tensor) -> weights.put(name.substring("model/".length()), tensor));
        return weights;
    }

    private static ServedModel served(ServedProgram program, SequencedMap<String, TensorData> weights) {
        return new ServedModel(program, weights, List.of(IN), List.of(OUT));
    }

    private static float[] ask(ServedModel model, TensorData inputs) {
        try (Predictor predictor = PREDICTORS.open(model);
                Arena arena = Arena.ofConfined()) {
            return floats(Objects.requireNonNull(
                    predictor.predict(Map.of("input", inputs), arena).get("output")));
        }
    }

    @Test
    void layersAnswerBitForBitAsTheTrainedModelDoes() {
        try (TrainableModel model = trained(new ModelSpec.Layers(network()))) {
            TensorData inputs = batch(9, 5).inputs();
            float[] answers = ask(served(new ServedProgram.Layers(network()), weights(model)), inputs);
            assertThat(answers).isEqualTo(floats(model.predict(inputs)));
        }
    }

    @Test
    void aProgramClassAnswersBitForBitAsTheTrainedModelDoes() {
        String name = ProgramTest.TwoBranches.class.getName();
        try (TrainableModel model = trained(new ModelSpec.Program(name))) {
            TensorData inputs = batch(9, 5).inputs();
            float[] answers = ask(served(new ServedProgram.ProgramClass(name), weights(model)), inputs);
            assertThat(answers).isEqualTo(floats(model.predict(inputs)));
        }
    }

    @Test
    void aTorchScriptArchiveAnswersWithTheWeightsItIsGivenOrElseItsOwn() throws IOException {
        Path file = folder.resolve("net.pt");
        Scripts.save(file);
        var archive = new ServedProgram.TorchScript(MemorySegment.ofArray(Files.readAllBytes(file)));
        try (TrainableModel model = trained(new ModelSpec.TorchScript(file))) {
            TensorData inputs = batch(9, 5).inputs();
            assertThat(ask(served(archive, weights(model)), inputs)).isEqualTo(floats(model.predict(inputs)));
            float[] untrained = ask(served(archive, new LinkedHashMap<>()), inputs);
            assertThat(untrained).isNotEqualTo(floats(model.predict(inputs)));
        }
    }

    @Test
    void saysWhichWeightsAreMissingOrAnothers() {
        try (TrainableModel model = trained(new ModelSpec.Layers(network()))) {
            var weights = weights(model);
            TensorData bias = Objects.requireNonNull(weights.remove("fc1.bias"));
            weights.put("fc1.bia", bias);
            weights.put("bn1.weight", TensorData.of(Shape.of(7), new float[7]));
            assertThatExceptionOfType(UnusableModelException.class)
                    .isThrownBy(() -> PREDICTORS.open(served(new ServedProgram.Layers(network()), weights)))
                    .withMessageContainingAll(
                            "fc1.bias is missing (expected: F32 [3])",
                            "Did you mean 'fc1.bia'?",
                            "bn1.weight is F32 [7] (expected: F32 [4])");
        }
    }

    @Test
    void refusesWhatIsNoProgramOfIts() {
        for (ServedProgram program : List.of(
                new ServedProgram.TorchScript(MemorySegment.ofArray(new byte[1000])),
                new ServedProgram.ProgramClass("com.acme.Missing"),
                new ServedProgram.Onnx(MemorySegment.ofArray(new byte[1000])))) {
            assertThatExceptionOfType(UnusableModelException.class)
                    .as(program.kind())
                    .isThrownBy(() -> PREDICTORS.open(served(program, new LinkedHashMap<>())));
        }
        var layers = new ServedProgram.Layers(network());
        assertThatExceptionOfType(UnusableModelException.class)
                .isThrownBy(() ->
                        PREDICTORS.open(new ServedModel(layers, new LinkedHashMap<>(), List.of(IN, OUT), List.of(OUT))))
                .withMessageContaining("one input");
    }

    @Test
    void takesTheArgumentsOfAnArchiveByTheirNamesAndGivesATuple() {
        var archive = new ServedProgram.TorchScript(Scripts.archive("""
                def forward(self, left, right):
                    return left - right, torch.add(left, right)
                """, Map.of()));
        TensorData one = TensorData.of(Shape.of(1, 2), 1f, 10f);
        TensorData three = TensorData.of(Shape.of(1, 2), 3f, 30f);
        var byName = new LinkedHashMap<String, TensorData>();
        byName.put("right", one);
        byName.put("left", three);
        try (Arena arena = Arena.ofConfined()) {
            var given = PREDICTORS.probe(archive, byName, arena);
            assertThat(given.sequencedKeySet()).containsExactly("output0", "output1");
            assertThat(floats(Objects.requireNonNull(given.get("output0")))).containsExactly(2, 20);
            var model = new ServedModel(
                    archive,
                    new LinkedHashMap<>(),
                    List.of(Port.of("right", DType.F32, 2), Port.of("left", DType.F32, 2)),
                    List.of(Port.of("difference", DType.F32, 2), Port.of("sum", DType.F32, 2)));
            try (Predictor predictor = PREDICTORS.open(model)) {
                var answers = predictor.predict(byName, arena);
                assertThat(floats(Objects.requireNonNull(answers.get("difference"))))
                        .containsExactly(2, 20);
                assertThat(floats(Objects.requireNonNull(answers.get("sum")))).containsExactly(4, 40);
            }
        }
    }

    @Test
    void failsForAQuestionThatItCannotAnswerAndGoesOn() {
        var archive = new ServedProgram.TorchScript(Scripts.archive(
                """
                def forward(self, x):
                    return torch.embedding(self.table, x)
                """, Map.of("table", TensorData.of(Shape.of(3, 1), 0f, 0f, 0f))));
        var model = new ServedModel(
                archive,
                new LinkedHashMap<>(Map.of("table", TensorData.of(Shape.of(3, 1), 10f, 20f, 30f))),
                List.of(Port.of("x", DType.I64)),
                List.of(Port.of("y", DType.F32, 1)));
        try (Predictor predictor = PREDICTORS.open(model);
                Arena arena = Arena.ofConfined()) {
            assertThatExceptionOfType(PredictionFailedException.class)
                    .isThrownBy(() -> predictor.predict(Map.of("x", TensorData.of(Shape.of(2), 1L, 99L)), arena))
                    .withMessageContaining("out of range");
            var answers = predictor.predict(Map.of("x", TensorData.of(Shape.of(2), 2L, 0L)), arena);
            assertThat(floats(Objects.requireNonNull(answers.get("y")))).containsExactly(30, 10);
        }
    }

    /** libtorch keeps this for each thread: what rewrites a graph after some runs changes its bits. */
    @Test
    void runsTorchScriptAsItIsWrittenInEveryThread() throws Exception {
        var archive = new ServedProgram.TorchScript(Scripts.archive("""
                def forward(self, x):
                    return torch.tanh(x)
                """, Map.of()));
        var model =
                new ServedModel(archive, new LinkedHashMap<>(), List.of(IN), List.of(new Port("y", DType.F32, INPUT)));
        try (Predictor predictor = PREDICTORS.open(model);
                var thread = Executors.newSingleThreadExecutor()) {
            assertThat(thread.submit(torch::getGraphExecutorOptimize).get())
                    .as("in a new thread")
                    .isTrue();
            thread.submit(() -> {
                        try (Arena arena = Arena.ofConfined()) {
                            predictor.predict(Map.of("input", batch(2, 1).inputs()), arena);
                        }
                    })
                    .get();
            assertThat(thread.submit(torch::getGraphExecutorOptimize).get()).isFalse();
        }
    }

    /** What an answer leaves behind grows with the number of answers. */
    @Test
    void leavesNothingBehindHoweverManyAnswersItGives() {
        try (TrainableModel model = trained(new ModelSpec.Layers(network()));
                Predictor predictor = PREDICTORS.open(served(new ServedProgram.Layers(network()), weights(model)));
                Arena arena = Arena.ofConfined()) {
            TensorData inputs = batch(4, 1).inputs();
            TensorData outputs = TensorData.allocate(arena, DType.F32, Shape.of(4, CLASSES));
            long before = kept(predictor, inputs, outputs, 50);
            assertThat(kept(predictor, inputs, outputs, 500)).isEqualTo(before);
        }
    }

    /** Returns how many native objects of JavaCPP's there are after so many answers. */
    private static long kept(Predictor predictor, TensorData inputs, TensorData outputs, int answers) {
        for (int i = 0; i < answers; i++) {
            predictor.predict(Map.of("input", inputs), Map.of("output", outputs));
        }
        return Pointer.totalCount();
    }
}
