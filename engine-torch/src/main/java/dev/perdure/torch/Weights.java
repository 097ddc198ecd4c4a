package dev.perdure.torch;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.Suggestions;
import dev.perdure.core.TensorData;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;

/**
 * Parameters, buffers and optimizer slots in memory of our own. Trained parameters lie one after the other in the order of
 * their declaration, without gaps, exactly like their values in a gradient; so does every slot. That makes the whole model
 * one vector to the optimizer, and every tensor of the state a slice.
 */
final class Weights implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final Kept kept = new Kept();
    private final Map<String, Declaration.Normalisation> normalisations;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, TensorData> model = new LinkedHashMap<>();
    private final Map<String, TensorData> slots = new LinkedHashMap<>();
    private final List<Slice> trained = new ArrayList<>();
    private final long parameters;
    private final Tensor vector;

    /** Where a trained parameter's values lie in every vector of the model. */
    record Slice(String name, Shape shape, long offset) {}

    /** Allocates what was declared, and fills it from the run's seed. Runs without gradients. */
    Weights(Declaration declaration, long seed) {
        normalisations = Map.copyOf(declaration.normalisations());
        parameters = declaration.parts().stream()
                .filter(Declaration.Part::trained)
                .mapToLong(part -> part.shape().elements())
                .sum();
        MemorySegment memory = floats(parameters);
        vector = kept.keep(Tensors.over(memory, DType.F32, Shape.of(parameters)));
        long offset = 0;
        for (Declaration.Part part : declaration.parts()) {
            if (part.trained()) {
                trained.add(new Slice(part.name(), part.shape(), offset));
                add(part, slice(memory, part.shape(), offset), seed);
                offset += part.shape().elements();
            } else {
                add(part, TensorData.allocate(arena, part.dtype(), part.shape()), seed);
            }
        }
    }

    private void add(Declaration.Part part, TensorData data, long seed) {
        Tensor over = Tensors.over(data.data(), data.dtype(), data.shape());
        part.fill().into(over, new GeneratorOptional(Initialisers.generator(seed, part.name())));
        part.adopted().ifPresent(adopted -> adopted.set_data(over));
        Tensor tensor = part.adopted().orElse(over);
        tensors.put(part.name(), kept.keep(tensor));
        model.put(part.name(), data);
        if (part.trained()) {
            tensor.set_requires_grad(true);
        }
    }

    /** Adds a slot to every trained parameter, zeros to begin with, and returns all of them as one vector. */
    Tensor slot(String slot) {
        MemorySegment memory = floats(parameters);
        for (Slice slice : trained) {
            slots.put(slice.name() + "/" + slot, slice(memory, slice.shape(), slice.offset()));
        }
        return kept.keep(Tensors.over(memory, DType.F32, Shape.of(parameters)));
    }

    /** Adds a counter of updates to every trained parameter, and returns all of them as one vector. */
    Tensor counters(String slot) {
        MemorySegment memory = floats(trained.size());
        for (int i = 0; i < trained.size(); i++) {
            slots.put(trained.get(i).name() + "/" + slot, slice(memory, Shape.of(), i));
        }
        return kept.keep(Tensors.over(memory, DType.F32, Shape.of(trained.size())));
    }

    private MemorySegment floats(long count) {
        return TensorData.allocate(arena, DType.F32, Shape.of(count)).data();
    }

    private static TensorData slice(MemorySegment memory, Shape shape, long offset) {
        long bytes = DType.F32.bytes();
        return new TensorData(DType.F32, shape, memory.asSlice(offset * bytes, shape.elements() * bytes));
    }

    /** Returns the number of trained values. */
    long parameters() {
        return parameters;
    }

    /** Returns the trained parameters in order. */
    List<Slice> trained() {
        return trained;
    }

    /** Returns all trained values as one vector. */
    Tensor vector() {
        return vector;
    }

    boolean has(String name) {
        return tensors.containsKey(name);
    }

    Tensor tensor(String name) {
        return require(tensors, name);
    }

    TensorData data(String name) {
        return require(model, name);
    }

    Declaration.Normalisation normalisation(String name) {
        return require(normalisations, name);
    }

    private static <T> T require(Map<String, T> known, String name) {
        T found = known.get(name);
        if (found == null) {
            throw new IllegalArgumentException(
                    "'%s' was not declared. %s".formatted(name, Suggestions.didYouMean(name, known.keySet())));
        }
        return found;
    }

    /** Returns live views of everything. */
    State state() {
        State.Builder state = State.builder();
        model.forEach((name, data) -> state.tensor("model/" + name, data));
        slots.forEach((name, data) -> state.tensor("optimizer/" + name, data));
        return state.build();
    }

    @Override
    public void close() {
        tensors.clear();
        kept.close();
        arena.close();
    }
}
