package dev.perdure.testkit;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Layer.Initializer;
import dev.perdure.engine.Port;
import dev.perdure.engine.Predictor;
import dev.perdure.engine.PredictorClosedException;
import dev.perdure.engine.Predictors;
import dev.perdure.engine.ServedModel;
import dev.perdure.engine.UnusableModelException;
import dev.perdure.engine.WrongTensorException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What every framework that predicts promises. A subclass gives the framework, and writes a network in its way. */
public abstract class PredictorContract {
    private static final int IN = 3;
    private static final int HIDDEN = 5;
    private static final int OUT = 2;
    private static final Port INPUT = Port.of("x", DType.F32, IN);
    private static final Port OUTPUT = Port.of("y", DType.F32, OUT);
    private static final float[] FIRST = random(1, HIDDEN * IN);
    private static final float[] FIRST_BIAS = random(2, HIDDEN);
    private static final float[] SECOND = random(3, OUT * HIDDEN);

    /** Returns the framework under test. */
    protected abstract Predictors predictors();

    /**
     * Returns a network in a way that the framework runs.
     *
     * @param weights F32, by PyTorch's names
     */
    protected abstract ServedModel network(
            List<Layer> layers, SequencedMap<String, TensorData> weights, Port input, Port output);

    private ServedModel network() {
        var weights = new LinkedHashMap<String, TensorData>();
        weights.put("fc1.weight", TensorData.of(Shape.of(HIDDEN, IN), FIRST.clone()));
        weights.put("fc1.bias", TensorData.of(Shape.of(HIDDEN), FIRST_BIAS.clone()));
        weights.put("fc2.weight", TensorData.of(Shape.of(OUT, HIDDEN), SECOND.clone()));
        List<Layer> layers = List.of(
                new Layer.Dense("fc1", HIDDEN, true, Initializer.DEFAULT),
                new Layer.Activate(Layer.Activation.RELU),
                new Layer.Dense("fc2", OUT, false, Initializer.DEFAULT));
        return network(layers, weights, INPUT, OUTPUT);
    }

    private Predictor open() {
        return predictors().open(network());
    }

    private static float[] random(long seed, int count) {
        var random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextDouble() * 2 - 1);
        }
        return values;
    }

    private static TensorData inputs(int samples, long seed) {
        return TensorData.of(Shape.of(samples, IN), random(seed, samples * IN));
    }

    /** Returns what the network answers, computed here. */
    private static float[] expected(TensorData inputs) {
        float[] x = inputs.data().toArray(JAVA_FLOAT_UNALIGNED);
        int samples = x.length / IN;
        float[] y = new float[samples * OUT];
        for (int sample = 0; sample < samples; sample++) {
            for (int hidden = 0; hidden < HIDDEN; hidden++) {
                double sum = FIRST_BIAS[hidden];
                for (int i = 0; i < IN; i++) {
                    sum += FIRST[hidden * IN + i] * (double) x[sample * IN + i];
                }
                for (int out = 0; out < OUT && sum > 0; out++) {
                    y[sample * OUT + out] += (float) (SECOND[out * HIDDEN + hidden] * sum);
                }
            }
        }
        return y;
    }

    private static void assertRight(TensorData inputs, Map<String, TensorData> answers) {
        assertThat(answers).containsOnlyKeys("y");
        assertRight(inputs, answers.values().iterator().next());
    }

    private static void assertRight(TensorData inputs, TensorData answer) {
        assertThat(answer.dtype()).isEqualTo(DType.F32);
        assertThat(answer.shape()).isEqualTo(Shape.of(inputs.shape().size(0), OUT));
        assertThat(answer.data().toArray(JAVA_FLOAT_UNALIGNED))
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly(expected(inputs));
    }

    @Test
    public void answersAsTheNetworkDoesForBatchesOfAnySize() {
        try (Predictor predictor = open();
                Arena arena = Arena.ofConfined()) {
            for (int samples : new int[] {1, 2, 7, 64, 1000}) {
                TensorData inputs = inputs(samples, samples);
                assertRight(inputs, predictor.predict(Map.of("x", inputs), arena));
            }
        }
    }

    @Test
    public void saysWhatItTakesAndGives() {
        try (Predictor predictor = open()) {
            assertThat(predictor.inputs()).containsExactly(INPUT);
            assertThat(predictor.outputs()).containsExactly(OUTPUT);
            assertThat(predictors().runs(network().program())).isTrue();
            assertThat(predictors().build()).isNotBlank();
        }
    }

    @Test
    public void takesAndFillsMemoryWhereverItLies() {
        try (Predictor predictor = open();
                Arena arena = Arena.ofConfined()) {
            TensorData heap = inputs(6, 9);
            for (int offset : new int[] {0, 1, 4, 20}) {
                TensorData moved = at(arena, offset, heap.shape());
                moved.data().copyFrom(heap.data());
                TensorData readOnly =
                        new TensorData(DType.F32, heap.shape(), moved.data().asReadOnly());
                TensorData filled = at(arena, offset, Shape.of(6, OUT));
                predictor.predict(Map.of("x", readOnly), Map.of("y", filled));
                assertRight(heap, filled);
                assertThat(moved.data().mismatch(heap.data()))
                        .as("inputs changed")
                        .isEqualTo(-1);
            }
            TensorData filled = TensorData.of(Shape.of(6, OUT), new float[6 * OUT]);
            predictor.predict(Map.of("x", heap), Map.of("y", filled));
            assertRight(heap, filled);
        }
    }

    private static TensorData at(Arena arena, int offset, Shape shape) {
        long bytes = shape.elements() * DType.F32.bytes();
        MemorySegment memory = arena.allocate(bytes + offset, 64).asSlice(offset, bytes);
        return new TensorData(DType.F32, shape, memory);
    }

    @Test
    public void writesNothingButTheAnswers() {
        try (Predictor predictor = open();
                Arena arena = Arena.ofConfined()) {
            TensorData inputs = inputs(5, 4);
            int bytes = 5 * OUT * Float.BYTES;
            MemorySegment around = arena.allocate(bytes + 128L, 64).fill((byte) 0x5A);
            var filled = new TensorData(DType.F32, Shape.of(5, OUT), around.asSlice(64, bytes));
            predictor.predict(Map.of("x", inputs), Map.of("y", filled));
            assertRight(inputs, filled);
            for (int i = 0; i < 64; i++) {
                assertThat(around.get(JAVA_BYTE, i)).isEqualTo((byte) 0x5A);
                assertThat(around.get(JAVA_BYTE, 64L + bytes + i)).isEqualTo((byte) 0x5A);
            }
        }
    }

    @Test
    public void readsTheModelWhileOpeningAndNotAfterIt() {
        try (Arena models = Arena.ofShared();
                Arena arena = Arena.ofConfined()) {
            ServedModel model = network();
            var weights = new LinkedHashMap<String, TensorData>();
            model.weights().forEach((name, weight) -> {
                TensorData copy = TensorData.allocate(models, weight.dtype(), weight.shape());
                copy.data().copyFrom(weight.data());
                weights.put(name, copy);
            });
            try (Predictor predictor =
                    predictors().open(new ServedModel(model.program(), weights, model.inputs(), model.outputs()))) {
                weights.values().forEach(weight -> weight.data().fill((byte) 0x7F));
                TensorData inputs = inputs(3, 5);
                assertRight(inputs, predictor.predict(Map.of("x", inputs), arena));
            }
        }
    }

    @Test
    public void refusesTensorsThatDoNotFitAndGoesOn() {
        try (Predictor predictor = open();
                Arena arena = Arena.ofConfined()) {
            TensorData good = inputs(2, 1);
            assertRefused(predictor, Map.of("z", good), "'x' is missing (expected: F32 [samples, 3])");
            assertRefused(predictor, Map.of("x", good, "X2", good), "'X2' is none of the model's");
            assertRefused(predictor, Map.of("x", TensorData.of(Shape.of(2, 4), new float[8])), "F32 [2, 4]", "[2, 3]");
            assertRefused(predictor, Map.of("x", TensorData.of(Shape.of(3), new float[3])), "F32 [3]");
            assertRefused(predictor, Map.of("x", TensorData.of(Shape.of(2, 3), new long[6])), "I64 [2, 3]");
            assertRefused(predictor, Map.of("x", TensorData.of(Shape.of(0, 3), new float[0])), "[0, 3]");
            assertRefused(predictor, Map.of("x", TensorData.of(Shape.of(), new float[1])), "[]");
            assertRight(good, predictor.predict(Map.of("x", good), arena));
        }
    }

    private static void assertRefused(Predictor predictor, Map<String, TensorData> inputs, String... said) {
        try (Arena arena = Arena.ofConfined()) {
            assertThatExceptionOfType(WrongTensorException.class)
                    .isThrownBy(() -> predictor.predict(inputs, arena))
                    .withMessageContainingAll(said);
        }
    }

    @Test
    public void refusesMemoryForAnswersThatDoesNotFit() {
        try (Predictor predictor = open()) {
            TensorData inputs = inputs(2, 1);
            TensorData own = TensorData.of(Shape.of(2, OUT), new float[2 * OUT]);
            var readOnly = new TensorData(own.dtype(), own.shape(), own.data().asReadOnly());
            var overlapping =
                    new TensorData(DType.F32, own.shape(), inputs.data().asSlice(0, own.bytes()));
            for (Map<String, TensorData> outputs : List.of(
                    Map.<String, TensorData>of(),
                    Map.of("z", own),
                    Map.of("y", own, "z", own),
                    Map.of("y", TensorData.of(Shape.of(3, OUT), new float[3 * OUT])),
                    Map.of("y", TensorData.of(Shape.of(2 * OUT), new float[2 * OUT])),
                    Map.of("y", readOnly),
                    Map.of("y", overlapping))) {
                assertThatExceptionOfType(WrongTensorException.class)
                        .as("%s", outputs)
                        .isThrownBy(() -> predictor.predict(Map.of("x", inputs), outputs));
            }
        }
    }

    @Test
    public void refusesAModelThatIsNotWhatItsSignatureSays() {
        ServedModel model = network();
        for (Port output : List.of(Port.of("y", DType.F32, OUT + 1), Port.of("y", DType.I64, OUT))) {
            assertThatExceptionOfType(UnusableModelException.class)
                    .as("%s", output)
                    .isThrownBy(() -> predictors()
                            .open(new ServedModel(model.program(), model.weights(), model.inputs(), List.of(output))));
        }
        for (Port input : List.of(Port.of("x", DType.F32, IN + 1), Port.of("x", DType.I64, IN))) {
            assertThatExceptionOfType(UnusableModelException.class)
                    .as("%s", input)
                    .isThrownBy(() -> predictors()
                            .open(new ServedModel(model.program(), model.weights(), List.of(input), model.outputs())));
        }
    }

    @Test
    public void givesEachOfManyThreadsItsOwnAnswers() throws Exception {
        int threads = 8;
        try (Predictor predictor = open();
                var pool = Executors.newFixedThreadPool(threads)) {
            List<Future<Integer>> all = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                long seed = 100L * thread;
                Callable<Integer> work = () -> askOften(predictor, seed);
                all.add(pool.submit(work));
            }
            for (Future<Integer> one : all) {
                assertThat(one.get()).isEqualTo(100);
            }
        }
    }

    private static int askOften(Predictor predictor, long seed) {
        int asked = 0;
        for (; asked < 100; asked++) {
            try (Arena arena = Arena.ofConfined()) {
                TensorData inputs = inputs(1 + asked % 5, seed + asked);
                assertRight(inputs, predictor.predict(Map.of("x", inputs), arena));
            }
        }
        return asked;
    }

    @Test
    public void closesUnderLoadOnlyWhenTheLastCallIsOut() throws Exception {
        for (int round = 0; round < 20; round++) {
            Predictor predictor = open();
            var begun = new CountDownLatch(3);
            var answered = new AtomicLong();
            try (var pool = Executors.newFixedThreadPool(3)) {
                List<Future<?>> all = new ArrayList<>();
                for (int thread = 0; thread < 3; thread++) {
                    all.add(pool.submit(() -> askUntilClosed(predictor, begun, answered)));
                }
                begun.await();
                predictor.close();
                for (Future<?> one : all) {
                    one.get();
                }
            }
            assertThat(answered).hasValueGreaterThanOrEqualTo(3);
        }
    }

    private static void askUntilClosed(Predictor predictor, CountDownLatch begun, AtomicLong answered) {
        try (Arena arena = Arena.ofConfined()) {
            TensorData inputs = inputs(4, 8);
            TensorData outputs = TensorData.allocate(arena, DType.F32, Shape.of(4, OUT));
            for (int i = 0; i < 1_000_000; i++) {
                predictor.predict(Map.of("x", inputs), Map.of("y", outputs));
                assertRight(inputs, outputs);
                answered.incrementAndGet();
                begun.countDown();
            }
            throw new AssertionError("was never closed");
        } catch (PredictorClosedException e) {
            assertThat(e).hasMessageContaining("closed");
        }
    }

    @Test
    public void isClosedOnceAndAnswersNobodyAfterIt() {
        Predictor predictor = open();
        predictor.close();
        predictor.close();
        try (Arena arena = Arena.ofConfined()) {
            assertThatExceptionOfType(PredictorClosedException.class)
                    .isThrownBy(() -> predictor.predict(Map.of("x", inputs(1, 1)), arena));
        }
    }

    @Test
    public void manyAreOpenAtOnceAndDoNotTouchEachOther() {
        List<Predictor> all = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            for (int i = 0; i < 10; i++) {
                all.add(open());
            }
            for (Predictor predictor : all) {
                TensorData inputs = inputs(2, 3);
                assertRight(inputs, predictor.predict(Map.of("x", inputs), arena));
                predictor.close();
            }
        }
    }
}
