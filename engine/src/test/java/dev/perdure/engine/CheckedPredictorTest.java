package dev.perdure.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A kernel is run only with what fits, and closed once, when nobody is in it. */
class CheckedPredictorTest {
    private static final ServedModel MODEL = new ServedModel(
            new ServedProgram.Layers(List.of()),
            new LinkedHashMap<>(),
            List.of(Port.of("x", DType.F32, 2)),
            List.of(Port.of("y", DType.F32, 2)));
    private static final TensorData ONE = TensorData.of(Shape.of(1, 2), 1f, 2f);

    /** Copies its input, and waits in each call after the trial until it is let go. */
    private static final class Waiting implements CheckedPredictor.Kernel {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch letGo = new CountDownLatch(1);
        final AtomicInteger runs = new AtomicInteger();
        final AtomicInteger closed = new AtomicInteger();

        @Override
        public void run(List<TensorData> inputs, List<TensorData> outputs) {
            assertThat(closed).as("run when closed").hasValue(0);
            if (runs.getAndIncrement() > 0) {
                entered.countDown();
                await(letGo);
            }
            outputs.getFirst().data().copyFrom(inputs.getFirst().data());
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }

        private static void await(CountDownLatch latch) {
            try {
                assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private static float[] ask(Predictor predictor) {
        TensorData answer = TensorData.of(Shape.of(1, 2), 0f, 0f);
        predictor.predict(Map.of("x", ONE), Map.of("y", answer));
        return answer.data().toArray(ValueLayout.JAVA_FLOAT);
    }

    @Test
    void closingWaitsForTheCallUnderWayAndLetsNobodyElseIn() throws Exception {
        var kernel = new Waiting();
        Predictor predictor = CheckedPredictor.open("test", MODEL, kernel);
        try (var pool = Executors.newSingleThreadExecutor()) {
            Future<float[]> call = pool.submit(() -> ask(predictor));
            Waiting.await(kernel.entered);
            Thread closer = Thread.ofPlatform().start(predictor::close);
            while (closer.getState() != Thread.State.WAITING) {
                assertThat(closer.isAlive()).as("still closing").isTrue();
                Thread.onSpinWait();
            }
            assertThatExceptionOfType(PredictorClosedException.class).isThrownBy(() -> ask(predictor));
            assertThat(kernel.closed).as("somebody is in it").hasValue(0);
            kernel.letGo.countDown();
            closer.join();
            assertThat(call.get()).containsExactly(1, 2);
        }
        predictor.close();
        assertThat(kernel.closed).hasValue(1);
        assertThat(kernel.runs).as("the trial and one call").hasValue(2);
    }

    @Test
    void aKernelThatFailsItsTrialIsClosedAndRefused() {
        var closed = new AtomicInteger();
        assertThatExceptionOfType(UnusableModelException.class)
                .isThrownBy(() -> CheckedPredictor.open("the file", MODEL, new CheckedPredictor.Kernel() {
                    @Override
                    public void run(List<TensorData> inputs, List<TensorData> outputs) {
                        throw new PredictionFailedException("out of order");
                    }

                    @Override
                    public void close() {
                        closed.incrementAndGet();
                    }
                }))
                .withMessageContainingAll("the file", "x F32 [2]", "y F32 [2]", "out of order");
        assertThat(closed).hasValue(1);
    }

    @Test
    void layersAreReadFromTheTextThatABundleHasAndNothingElseIs() {
        var layers = ServedProgram.Layers.parse("program", "layers:\n  - dense: {out: 3}\n  - relu\nloss: mse\n");
        assertThat(layers.layers())
                .containsExactly(
                        new Layer.Dense("fc1", 3, true, Layer.Initializer.DEFAULT),
                        new Layer.Activate(Layer.Activation.RELU));
        for (String bad : List.of("", "layers: [", "layers:\n  - sparkle\n", "program: com.acme.Net\n", "\0")) {
            assertThatExceptionOfType(UnusableModelException.class)
                    .as("'%s'", bad)
                    .isThrownBy(() -> ServedProgram.Layers.parse("program", bad))
                    .withMessageContaining("program");
        }
    }
}
