package dev.perdure.testkit;

import dev.perdure.core.DType;
import dev.perdure.core.Digests;
import dev.perdure.core.Seeds;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Batch;
import dev.perdure.engine.Gradient;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Loss;
import dev.perdure.engine.Microbatch;
import dev.perdure.engine.ModelSpec;
import dev.perdure.engine.OptimizerSpec;
import dev.perdure.engine.TrainableModel;
import dev.perdure.engine.TrainingPlan;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/** Small plans, samples that are a function of a seed, and a plain training loop, for tests of engines. */
public final class EngineWorkbench {
    /** A sample's shape in the plans of this class. */
    public static final Shape INPUT = Shape.of(2, 8, 8);

    public static final int CLASSES = 3;

    private EngineWorkbench() {}

    /** Returns a network with whatever makes repeating hard: convolution, batch normalisation, dropout. */
    public static List<Layer> network() {
        return List.of(
                new Layer.Conv("conv1", 4, 3, 1, 1, true, Layer.Initializer.DEFAULT),
                new Layer.BatchNorm("bn1", 0.1, 1e-5),
                new Layer.Activate(Layer.Activation.RELU),
                new Layer.MaxPool(2, 2),
                new Layer.Conv("conv2", 6, 3, 1, 0, false, Layer.Initializer.KAIMING_NORMAL),
                new Layer.BatchNorm("bn2", 0.2, 1e-5),
                new Layer.Activate(Layer.Activation.GELU),
                new Layer.Dropout(0.2),
                new Layer.Dense("fc1", CLASSES, true, Layer.Initializer.DEFAULT));
    }

    public static TrainingPlan plan(List<Layer> layers, OptimizerSpec optimizer, long seed) {
        return new TrainingPlan(
                new ModelSpec.Layers(layers), INPUT, CLASSES, new Loss.CrossEntropy(0), optimizer, seed, 1);
    }

    /** Returns every update rule, with and without what else an optimizer can do. */
    public static List<OptimizerSpec> optimizers() {
        var all = new ArrayList<OptimizerSpec>();
        for (OptimizerSpec.Rule rule : List.of(
                new OptimizerSpec.Rule.Sgd(0, 0, false),
                new OptimizerSpec.Rule.Sgd(0.9, 0.1, false),
                new OptimizerSpec.Rule.Sgd(0.9, 0, true),
                new OptimizerSpec.Rule.Adam(0.9, 0.999, 1e-8),
                new OptimizerSpec.Rule.AdamW(0.9, 0.99, 1e-8),
                new OptimizerSpec.Rule.RmsProp(0.99, 1e-8, 0),
                new OptimizerSpec.Rule.RmsProp(0.9, 1e-6, 0.9))) {
            all.add(new OptimizerSpec(rule, 0, 0, OptionalDouble.empty()));
            all.add(new OptimizerSpec(rule, 0.01, 1e-4, OptionalDouble.of(0.5)));
        }
        return List.copyOf(all);
    }

    public static OptimizerSpec adam() {
        return new OptimizerSpec(new OptimizerSpec.Rule.Adam(0.9, 0.999, 1e-8), 0, 0, OptionalDouble.empty());
    }

    /** Returns samples whose class shows: its number is added to every value. */
    public static Batch batch(int samples, long seed) {
        var random = new SplittableRandom(seed);
        int values = Math.toIntExact(INPUT.elements());
        float[] inputs = new float[samples * values];
        long[] targets = new long[samples];
        for (int i = 0; i < samples; i++) {
            targets[i] = random.nextInt(CLASSES);
            for (int j = 0; j < values; j++) {
                inputs[i * values + j] = (float) (targets[i] + random.nextDouble() * 2 - 1);
            }
        }
        Shape shape = Shape.of(samples, INPUT.size(0), INPUT.size(1), INPUT.size(2));
        return new Batch(TensorData.of(shape, inputs), TensorData.of(Shape.of(samples), targets));
    }

    /** Returns the microbatch of a step: a function of (step, index, seed) alone. */
    public static Microbatch microbatch(long step, int index, int microbatches, int samples, long seed) {
        long own = Seeds.derive(seed, Seeds.Purpose.SAMPLE_ORDER, step, index);
        long dropout = Seeds.derive(seed, Seeds.Purpose.DROPOUT, step, index);
        return new Microbatch(step, index, microbatches * samples, dropout, batch(samples, own));
    }

    /** Trains steps {@code [from, to)} with two microbatches of eight samples each. */
    public static void train(TrainableModel model, long from, long to, long seed) {
        int microbatches = 2;
        int samples = 8;
        try (Arena arena = Arena.ofConfined()) {
            TensorData sum = gradientBuffer(arena, model);
            TensorData next = gradientBuffer(arena, model);
            for (long step = from; step < to; step++) {
                Gradient first = model.gradient(microbatch(step, 0, microbatches, samples, seed), sum);
                Gradient second = model.gradient(microbatch(step, 1, microbatches, samples, seed), next);
                add(next, sum);
                model.apply(0.01, sum, List.of(first.statistics(), second.statistics()));
            }
        }
    }

    public static TensorData gradientBuffer(Arena arena, TrainableModel model) {
        return TensorData.allocate(arena, DType.F32, Shape.of(model.parameters()));
    }

    /** Adds {@code more} to {@code sum}, value by value. */
    public static void add(TensorData more, TensorData sum) {
        for (long i = 0; i < sum.shape().elements(); i++) {
            float value = sum.data().getAtIndex(ValueLayout.JAVA_FLOAT, i)
                    + more.data().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            sum.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
        }
    }

    public static float[] floats(TensorData tensor) {
        return tensor.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    /** Returns a copy on the heap that does not change with the model. */
    public static State copy(State state) {
        State.Builder copy = State.builder();
        state.entries().forEach((name, entry) -> {
            if (entry instanceof State.Entry.Tensor(TensorData tensor)) {
                byte[] bytes = tensor.data().toArray(ValueLayout.JAVA_BYTE);
                copy.tensor(name, new TensorData(tensor.dtype(), tensor.shape(), MemorySegment.ofArray(bytes)));
            } else {
                copy.add(name, entry);
            }
        });
        return copy.build();
    }

    /** Returns the digest of all names and bytes of a state's tensors. */
    public static String digest(State state) {
        MessageDigest digest = Digests.sha256();
        state.tensors().forEach((name, tensor) -> {
            digest.update(name.getBytes(java.nio.charset.StandardCharsets.UTF_8));
            Digests.update(digest, tensor.data());
        });
        return Digests.hex(digest);
    }
}
