package dev.perdure.testkit;

import static dev.perdure.testkit.EngineWorkbench.CLASSES;
import static dev.perdure.testkit.EngineWorkbench.INPUT;
import static dev.perdure.testkit.EngineWorkbench.adam;
import static dev.perdure.testkit.EngineWorkbench.add;
import static dev.perdure.testkit.EngineWorkbench.batch;
import static dev.perdure.testkit.EngineWorkbench.copy;
import static dev.perdure.testkit.EngineWorkbench.digest;
import static dev.perdure.testkit.EngineWorkbench.floats;
import static dev.perdure.testkit.EngineWorkbench.gradientBuffer;
import static dev.perdure.testkit.EngineWorkbench.microbatch;
import static dev.perdure.testkit.EngineWorkbench.network;
import static dev.perdure.testkit.EngineWorkbench.optimizers;
import static dev.perdure.testkit.EngineWorkbench.plan;
import static dev.perdure.testkit.EngineWorkbench.train;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Batch;
import dev.perdure.engine.Engine;
import dev.perdure.engine.Gradient;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Microbatch;
import dev.perdure.engine.OptimizerSpec;
import dev.perdure.engine.TrainableModel;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every engine promises. A subclass gives the engine. */
public abstract class EngineContract {
    private static final long SEED = 7;

    /** Returns the engine under test. */
    protected abstract Engine engine();

    private TrainableModel open() {
        return engine().open(plan(network(), adam(), SEED));
    }

    @Test
    public void startsFromThePlanAlone() {
        try (TrainableModel one = open();
                TrainableModel same = open();
                TrainableModel other = engine().open(plan(network(), adam(), SEED + 1))) {
            assertThat(digest(same.state())).isEqualTo(digest(one.state()));
            assertThat(digest(other.state())).isNotEqualTo(digest(one.state()));
        }
    }

    @Test
    public void startsALayerTheSameWhateverOtherLayersThereAre() {
        var more = new ArrayList<>(network());
        more.add(2, new Layer.Conv("extra", 4, 1, 1, 0, true, Layer.Initializer.DEFAULT));
        try (TrainableModel one = open();
                TrainableModel two = engine().open(plan(more, adam(), SEED))) {
            for (String name : List.of("model/conv1.weight", "model/conv2.weight", "model/fc1.bias")) {
                assertThat(floats(two.state().tensor(name)))
                        .as(name)
                        .isEqualTo(floats(one.state().tensor(name)));
            }
        }
    }

    @Test
    public void trainsToTheSameBitsTwice() {
        for (OptimizerSpec optimizer : optimizers()) {
            try (TrainableModel one = engine().open(plan(network(), optimizer, SEED));
                    TrainableModel two = engine().open(plan(network(), optimizer, SEED))) {
                train(one, 1, 6, SEED);
                train(two, 1, 6, SEED);
                assertThat(digest(two.state())).as("%s", optimizer).isEqualTo(digest(one.state()));
            }
        }
    }

    @Test
    public void goesOnBitIdenticallyFromAStateTakenBack() {
        for (OptimizerSpec optimizer : optimizers()) {
            try (TrainableModel undisturbed = engine().open(plan(network(), optimizer, SEED));
                    TrainableModel fresh = engine().open(plan(network(), optimizer, SEED + 1))) {
                train(undisturbed, 1, 4, SEED);
                State middle = copy(undisturbed.state());
                train(undisturbed, 4, 8, SEED);
                train(fresh, 1, 3, SEED + 1);
                fresh.restore(middle);
                assertThat(digest(fresh.state())).as("%s, restored", optimizer).isEqualTo(digest(middle));
                train(fresh, 4, 8, SEED);
                assertThat(digest(fresh.state())).as("%s, continued", optimizer).isEqualTo(digest(undisturbed.state()));
            }
        }
    }

    @Test
    public void learns() {
        for (OptimizerSpec optimizer : optimizers()) {
            try (TrainableModel model = engine().open(plan(network(), optimizer, SEED))) {
                double before = model.evaluate(batch(60, 99)).lossSum();
                train(model, 1, 150, SEED);
                double after = model.evaluate(batch(60, 99)).lossSum();
                assertThat(after).as("%s, from %s", optimizer, before).isLessThan(before * 0.7);
            }
        }
    }

    @Test
    public void givesTheSameGradientWhateverWasComputedBefore() {
        try (TrainableModel model = open();
                Arena arena = Arena.ofConfined()) {
            TensorData first = gradientBuffer(arena, model);
            TensorData again = gradientBuffer(arena, model);
            Gradient one = model.gradient(microbatch(5, 1, 2, 8, SEED), first);
            model.gradient(microbatch(6, 0, 2, 3, SEED), again);
            model.evaluate(batch(10, 1));
            model.predict(batch(1, 2).inputs());
            Gradient two = model.gradient(microbatch(5, 1, 2, 8, SEED), again);
            assertThat(floats(again)).isEqualTo(floats(first));
            assertThat(floats(two.statistics())).isEqualTo(floats(one.statistics()));
            assertThat(two.lossSum()).isEqualTo(one.lossSum());
        }
    }

    @Test
    public void drawsDropoutFromTheSeedOfTheMicrobatch() {
        List<Layer> layers =
                List.of(new Layer.Dropout(0.5), new Layer.Dense("fc1", CLASSES, true, Layer.Initializer.DEFAULT));
        try (TrainableModel model = engine().open(plan(layers, adam(), SEED));
                Arena arena = Arena.ofConfined()) {
            TensorData one = gradientBuffer(arena, model);
            TensorData two = gradientBuffer(arena, model);
            model.gradient(new Microbatch(1, 0, 4, 11, batch(4, 1)), one);
            model.gradient(new Microbatch(1, 0, 4, 12, batch(4, 1)), two);
            assertThat(floats(two)).isNotEqualTo(floats(one));
            model.gradient(new Microbatch(9, 3, 4, 11, batch(4, 1)), two);
            assertThat(floats(two)).isEqualTo(floats(one));
        }
    }

    @Test
    public void addsUpGradientsOfMicrobatchesToThatOfTheBatch() {
        List<Layer> layers = List.of(
                new Layer.Conv("conv1", 3, 3, 1, 0, true, Layer.Initializer.DEFAULT),
                new Layer.Activate(Layer.Activation.TANH),
                new Layer.Dense("fc1", CLASSES, true, Layer.Initializer.DEFAULT));
        try (TrainableModel model = engine().open(plan(layers, adam(), SEED));
                Arena arena = Arena.ofConfined()) {
            TensorData whole = gradientBuffer(arena, model);
            TensorData sum = gradientBuffer(arena, model);
            TensorData part = gradientBuffer(arena, model);
            Batch batch = batch(12, 3);
            Gradient all = model.gradient(new Microbatch(1, 0, 12, 0, batch), whole);
            double lossSum = 0;
            long correct = 0;
            for (int i = 0; i < 3; i++) {
                Gradient gradient = model.gradient(new Microbatch(1, i, 12, 0, slice(batch, 4L * i, 4)), part);
                add(part, sum);
                lossSum += gradient.lossSum();
                correct += gradient.correct();
            }
            assertThat(floats(sum)).usingComparatorWithPrecision(1e-6f).containsExactly(floats(whole));
            assertThat(lossSum).isCloseTo(all.lossSum(), within(1e-5));
            assertThat(correct).isEqualTo(all.correct());
            assertThat(all.statistics().shape().elements())
                    .as("nothing to combine")
                    .isZero();
        }
    }

    @Test
    public void leavesTheStateAloneUntilAStepIsApplied() {
        try (TrainableModel model = open();
                Arena arena = Arena.ofConfined()) {
            String before = digest(model.state());
            model.gradient(microbatch(1, 0, 1, 8, SEED), gradientBuffer(arena, model));
            model.evaluate(batch(5, 1));
            model.predict(batch(5, 1).inputs());
            assertThat(digest(model.state())).isEqualTo(before);
        }
    }

    @Test
    public void combinesStatisticsInMicrobatchOrder() {
        try (TrainableModel model = open();
                Arena arena = Arena.ofConfined()) {
            TensorData buffer = gradientBuffer(arena, model);
            TensorData one =
                    model.gradient(microbatch(1, 0, 2, 8, SEED), buffer).statistics();
            TensorData two =
                    model.gradient(microbatch(1, 1, 2, 8, SEED), buffer).statistics();
            buffer.data().fill((byte) 0);
            model.apply(0, buffer, List.of(one, two));
            float[] mean = floats(model.state().tensor("model/bn1.running_mean"));
            for (int i = 0; i < mean.length; i++) {
                double expected = 0.9 * (0.1 * floats(one)[i]) + 0.1 * floats(two)[i];
                assertThat((double) mean[i]).as("channel %d", i).isCloseTo(expected, within(1e-6));
            }
            TensorData tracked = model.state().tensor("model/bn1.num_batches_tracked");
            assertThat(tracked.data().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(2);
        }
    }

    @Test
    public void appliesNothingWhenTheGradientIsNotFinite() {
        for (float poison : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            try (TrainableModel model = open();
                    Arena arena = Arena.ofConfined()) {
                TensorData gradient = gradientBuffer(arena, model);
                Gradient of = model.gradient(microbatch(1, 0, 1, 8, SEED), gradient);
                gradient.data().setAtIndex(ValueLayout.JAVA_FLOAT, model.parameters() - 1, poison);
                String before = digest(model.state());
                assertThat(model.apply(0.01, gradient, List.of(of.statistics())))
                        .isNotFinite();
                assertThat(digest(model.state())).as("after %s", poison).isEqualTo(before);
            }
        }
    }

    @Test
    public void returnsTheNormOfTheGradient() {
        try (TrainableModel model = open();
                Arena arena = Arena.ofConfined()) {
            TensorData gradient = gradientBuffer(arena, model);
            gradient.data().setAtIndex(ValueLayout.JAVA_FLOAT, 0, 3e30f);
            gradient.data().setAtIndex(ValueLayout.JAVA_FLOAT, model.parameters() - 1, -4e30f);
            assertThat(model.apply(0, gradient, List.of())).isCloseTo(5e30, within(1e24));
        }
    }

    @Test
    public void predictsWhatItEvaluates() {
        try (TrainableModel model = open()) {
            train(model, 1, 10, SEED);
            Batch batch = batch(20, 5);
            float[] outputs = floats(model.predict(batch.inputs()));
            long[] targets = batch.targets().data().toArray(ValueLayout.JAVA_LONG);
            long correct = IntStream.range(0, 20)
                    .filter(i -> largest(outputs, i * CLASSES) == targets[i])
                    .count();
            TrainableModel.Evaluation all = model.evaluate(batch);
            assertThat(all.correct()).isEqualTo(correct);
            TrainableModel.Evaluation halves =
                    model.evaluate(slice(batch, 0, 10)).plus(model.evaluate(slice(batch, 10, 10)));
            assertThat(halves.correct()).isEqualTo(correct);
            assertThat(halves.samples()).isEqualTo(20);
            assertThat(halves.lossSum()).isCloseTo(all.lossSum(), within(1e-4));
        }
    }

    @Test
    public void readsInputsFromNativeAndFromHeapMemoryAlike() {
        try (TrainableModel model = open();
                Arena arena = Arena.ofConfined()) {
            TensorData heap = batch(6, 9).inputs();
            TensorData off = TensorData.allocate(arena, DType.F32, heap.shape());
            off.data().copyFrom(heap.data());
            assertThat(floats(model.predict(off))).isEqualTo(floats(model.predict(heap)));
        }
    }

    @Test
    public void givesTheSameBitsWhereverMemoryBegins() {
        var digests = new ArrayList<String>();
        for (int offset : new int[] {0, 4, 20}) {
            try (TrainableModel model = open();
                    Arena arena = Arena.ofConfined()) {
                Microbatch aligned = microbatch(1, 0, 1, 8, SEED);
                TensorData inputs = aligned.batch().inputs();
                TensorData moved = at(arena, offset, inputs.shape());
                moved.data().copyFrom(inputs.data());
                var microbatch = new Microbatch(
                        1,
                        0,
                        8,
                        aligned.dropoutSeed(),
                        new Batch(moved, aligned.batch().targets()));
                TensorData gradient = at(arena, offset, Shape.of(model.parameters()));
                for (int step = 0; step < 3; step++) {
                    TensorData statistics = model.gradient(microbatch, gradient).statistics();
                    model.apply(0.01, gradient, List.of(statistics));
                }
                digests.add(digest(model.state()));
            }
        }
        assertThat(digests).as("at 0, 4 and 20 bytes after a line of the cache").containsOnly(digests.getFirst());
    }

    private static TensorData at(Arena arena, int offset, Shape shape) {
        long bytes = shape.elements() * DType.F32.bytes();
        MemorySegment memory = arena.allocate(bytes + offset, 64).asSlice(offset, bytes);
        return new TensorData(DType.F32, shape, memory);
    }

    @Test
    public void showsTheLiveStateInItsViews() {
        try (TrainableModel model = open()) {
            State early = model.state();
            train(model, 1, 3, SEED);
            assertThat(digest(early)).isEqualTo(digest(model.state()));
        }
    }

    @Test
    public void takesItsOwnViewsBackWithoutHarm() {
        try (TrainableModel model = open()) {
            String before = digest(model.state());
            model.restore(model.state());
            assertThat(digest(model.state())).isEqualTo(before);
        }
    }

    @Test
    public void refusesAStateThatDoesNotFitAndKeepsItsOwn() {
        try (TrainableModel model = open();
                TrainableModel other =
                        engine().open(plan(network(), optimizers().getFirst(), SEED))) {
            String before = digest(model.state());
            State good = copy(model.state());
            assertThatExceptionOfType(BadSettingException.class)
                    .isThrownBy(() -> model.restore(other.state()))
                    .withMessageContaining("optimizer/conv1.weight/exp_avg is missing");
            assertThatExceptionOfType(BadSettingException.class)
                    .isThrownBy(() -> model.restore(with(good, "model/fc1.bias", TensorData.of(Shape.of(2), 1f, 2f))))
                    .withMessageContaining("model/fc1.bias is F32 [2] (expected: F32 [3])");
            assertThat(digest(model.state())).isEqualTo(before);
        }
    }

    @Test
    public void refusesBatchesThatDoNotFit() {
        try (TrainableModel model = open();
                Arena arena = Arena.ofConfined()) {
            TensorData into = gradientBuffer(arena, model);
            var narrow = new Batch(TensorData.of(Shape.of(1, 2), 1f, 2f), TensorData.of(Shape.of(1), 0L));
            assertThatIllegalArgumentException().isThrownBy(() -> model.evaluate(narrow));
            assertThatIllegalArgumentException().isThrownBy(() -> model.predict(narrow.inputs()));
            var unknown = new Batch(batch(1, 1).inputs(), TensorData.of(Shape.of(1), (long) CLASSES));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.gradient(new Microbatch(1, 0, 1, 0, unknown), into))
                    .withMessageContaining("target 3 of sample 0 (expected: a class from 0 to 2)");
            var small = TensorData.allocate(arena, DType.F32, Shape.of(1));
            assertThatIllegalArgumentException().isThrownBy(() -> model.gradient(microbatch(1, 0, 1, 8, SEED), small));
            assertThatIllegalArgumentException().isThrownBy(() -> model.apply(0.1, small, List.of()));
        }
    }

    @Test
    public void refusesANetworkThatDoesNotFitItsInput() {
        List<Layer> layers = List.of(new Layer.MaxPool(9, 9));
        assertThatExceptionOfType(BadSettingException.class)
                .isThrownBy(() -> engine().open(plan(layers, adam(), SEED)))
                .withMessageContaining("model.layers[0] max-pool: kernel 9 on 8×8");
    }

    @Test
    public void closesOnceAndAnswersNothingAfterwards() {
        TrainableModel model = open();
        State views = model.state();
        model.close();
        model.close();
        assertThatIllegalStateException().isThrownBy(model::state);
        assertThatIllegalStateException().isThrownBy(() -> model.evaluate(batch(1, 1)));
        assertThatIllegalStateException()
                .isThrownBy(() -> model.predict(batch(1, 1).inputs()));
        assertThatIllegalStateException()
                .as("a view throws instead of reading freed memory")
                .isThrownBy(() -> digest(views));
    }

    @Test
    public void saysWhatItIs() {
        assertThat(engine().build()).isNotBlank().isEqualTo(engine().build());
    }

    private static int largest(float[] values, int from) {
        int best = 0;
        for (int i = 1; i < CLASSES; i++) {
            best = values[from + i] > values[from + best] ? i : best;
        }
        return best;
    }

    private static Batch slice(Batch batch, long from, int samples) {
        long bytes = INPUT.elements() * DType.F32.bytes();
        MemorySegment inputs = batch.inputs().data().asSlice(from * bytes, samples * bytes);
        MemorySegment targets = batch.targets().data().asSlice(from * Long.BYTES, (long) samples * Long.BYTES);
        Shape shape = Shape.of(samples, INPUT.size(0), INPUT.size(1), INPUT.size(2));
        return new Batch(
                new TensorData(DType.F32, shape, inputs), new TensorData(DType.I64, Shape.of(samples), targets));
    }

    private static State with(State state, String name, TensorData other) {
        State.Builder changed = State.builder();
        state.tensors().forEach((own, tensor) -> changed.tensor(own, own.equals(name) ? other : tensor));
        return changed.build();
    }
}
