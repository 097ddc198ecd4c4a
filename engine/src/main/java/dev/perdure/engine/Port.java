package dev.perdure.engine;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;

/**
 * One input or output of a model that predicts.
 *
 * @param name what the model calls it
 * @param sample the shape of one sample: a batch has one more dimension, the outermost, of any size from 1 on
 */
public record Port(String name, DType dtype, Shape sample) {
    public Port {
        if (name.isEmpty() || sample.elements() == 0) {
            throw new IllegalArgumentException(
                    "port '%s' of samples %s (expected: a name, and at least one element)".formatted(name, sample));
        }
    }

    /** Returns a port whose samples have these sizes. */
    public static Port of(String name, DType dtype, long... sample) {
        return new Port(name, dtype, Shape.of(sample));
    }

    /** Returns the shape of a batch. */
    public Shape batch(long samples) {
        long[] sizes = new long[sample.dimensions() + 1];
        sizes[0] = samples;
        System.arraycopy(sample.toArray(), 0, sizes, 1, sample.dimensions());
        return Shape.of(sizes);
    }

    @Override
    public String toString() {
        return "%s %s %s".formatted(name, dtype, sample);
    }
}
