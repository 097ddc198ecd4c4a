package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.DType;
import dev.perdure.core.Seeds;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/** Small states with every kind of entry, for tests. */
final class States {
    private static final Map<String, Shape> TENSORS = new LinkedHashMap<>();

    static {
        TENSORS.put("model/conv1.weight", Shape.of(8, 1, 3, 3));
        TENSORS.put("model/conv1.bias", Shape.of(8));
        TENSORS.put("model/fc1.weight", Shape.of(10, 20));
        TENSORS.put("model/fc1.empty", Shape.of(0, 4));
        TENSORS.put("optimizer/fc1.weight/exp_avg", Shape.of(10, 20));
        TENSORS.put("optimizer/scalar", Shape.of());
    }

    private States() {}

    static State zeros() {
        return build(new Random(0), false);
    }

    static State random(long seed) {
        return build(new Random(Seeds.mix(seed)), true);
    }

    /** Tensors are off-heap but for every third, which is an array. */
    private static State build(Random random, boolean filled) {
        State.Builder state = State.builder();
        state.integer("run/step", filled ? random.nextLong() : 0);
        int i = 0;
        for (Map.Entry<String, Shape> entry : TENSORS.entrySet()) {
            state.tensor(entry.getKey(), tensor(entry.getValue(), i++ % 3 == 2, filled ? random : new Random(0)));
        }
        state.real("run/loss", filled ? random.nextGaussian() : 0);
        state.real("run/odd", filled ? Double.NEGATIVE_INFINITY : 0);
        state.text("run/recipe", filled ? "a \"recipe\"\n\u00fc \ud83d\ude00 " + random.nextInt() : "");
        byte[] blob = new byte[random.nextInt(20)];
        random.nextBytes(blob);
        state.blob("data/generator", filled ? blob : new byte[0]);
        State built = state.build();
        if (!filled) {
            fill(built, (byte) 0);
        }
        return built;
    }

    private static TensorData tensor(Shape shape, boolean onHeap, Random random) {
        TensorData tensor = onHeap
                ? TensorData.of(shape, new float[(int) shape.elements()])
                : TensorData.allocate(Arena.ofAuto(), DType.F32, shape);
        for (long at = 0; at < tensor.bytes(); at++) {
            tensor.data().set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
        }
        return tensor;
    }

    static State copyOf(State state) {
        State.Builder copy = State.builder();
        state.entries().forEach((name, entry) -> {
            if (entry instanceof State.Entry.Tensor(TensorData tensor)) {
                TensorData twin = TensorData.allocate(Arena.ofAuto(), tensor.dtype(), tensor.shape());
                MemorySegment.copy(tensor.data(), 0, twin.data(), 0, tensor.bytes());
                copy.tensor(name, twin);
            } else {
                copy.add(name, entry);
            }
        });
        return copy.build();
    }

    static void fill(State state, byte value) {
        state.tensors().values().forEach(tensor -> tensor.data().fill(value));
    }

    static boolean same(State one, State other) {
        if (!new ArrayList<>(one.entries().keySet())
                .equals(new ArrayList<>(other.entries().keySet()))) {
            return false;
        }
        return one.entries().entrySet().stream().allMatch(entry -> {
            State.Entry there = other.entries().get(entry.getKey());
            if (entry.getValue() instanceof State.Entry.Tensor(TensorData tensor)
                    && there instanceof State.Entry.Tensor(TensorData twin)) {
                return tensor.dtype() == twin.dtype()
                        && tensor.shape().equals(twin.shape())
                        && tensor.data().mismatch(twin.data()) == -1;
            }
            return entry.getValue().equals(there);
        });
    }

    static void assertSame(State actual, State expected) {
        assertThat(same(actual, expected))
                .as("the same entries in the same order")
                .isTrue();
    }
}
