package dev.perdure.model;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import java.util.Optional;

/**
 * One input or output of a model.
 *
 * @param name what requests and answers call it: 1 to 200 characters, none of them a control character
 * @param sample the shape of one sample; a batch has one more dimension, the outermost, of any size
 * @param values what values a sample may have; absent when that is not known
 * @param unit of the values, such as {@code °C}; absent when they have none or it is not known
 */
public record TensorSpec(String name, DType dtype, Shape sample, Optional<Range> values, Optional<String> unit) {
    public TensorSpec {
        Checks.name("tensor", name);
        if (sample.elements() == 0) {
            throw new IllegalArgumentException(
                    "tensor '%s': sample %s (expected: no empty one)".formatted(name, sample));
        }
    }

    /** Returns a spec of which no more is known. */
    public static TensorSpec of(String name, DType dtype, long... sample) {
        return new TensorSpec(name, dtype, Shape.of(sample), Optional.empty(), Optional.empty());
    }

    /** Returns the shape of a batch. */
    public Shape batch(long samples) {
        long[] sizes = new long[sample.dimensions() + 1];
        sizes[0] = samples;
        System.arraycopy(sample.toArray(), 0, sizes, 1, sample.dimensions());
        return Shape.of(sizes);
    }
}
