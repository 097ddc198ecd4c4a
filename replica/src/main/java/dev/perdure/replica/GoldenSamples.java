package dev.perdure.replica;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.GoldenSet;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** Parts of golden samples. */
public final class GoldenSamples {
    /** How many samples a bundle keeps: enough to know the model by, few enough to ask them every second. */
    public static final int MAX = 32;

    private GoldenSamples() {}

    /** Returns a golden set of the first sample, so many times. */
    public static GoldenSet repeated(GoldenSet golden, int times) {
        return new GoldenSet(repeated(golden.inputs(), times), repeated(golden.outputs(), times), golden.tolerance());
    }

    private static SequencedMap<String, TensorData> repeated(Map<String, TensorData> tensors, int times) {
        var some = new LinkedHashMap<String, TensorData>();
        tensors.forEach((name, tensor) -> {
            TensorData one = first(tensor, 1);
            byte[] bytes = new byte[Math.toIntExact(one.bytes() * times)];
            for (int i = 0; i < times; i++) {
                MemorySegment.copy(one.data(), 0, MemorySegment.ofArray(bytes), i * one.bytes(), one.bytes());
            }
            some.put(name, new TensorData(one.dtype(), sized(one.shape(), times), MemorySegment.ofArray(bytes)));
        });
        return some;
    }

    /** Returns the first samples of a batch: a view. */
    public static TensorData first(TensorData tensor, long samples) {
        Shape shape = sized(tensor.shape(), samples);
        return new TensorData(
                tensor.dtype(),
                shape,
                tensor.data().asSlice(0, shape.elements() * tensor.dtype().bytes()));
    }

    private static Shape sized(Shape batch, long samples) {
        long[] sizes = batch.toArray();
        sizes[0] = samples;
        return Shape.of(sizes);
    }
}
