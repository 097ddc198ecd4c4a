package dev.perdure.core;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The sizes of a tensor along its dimensions, outermost first. A scalar has no dimensions and one element. */
public final class Shape {
    private final long[] sizes;
    private final long elements;

    private Shape(long[] sizes) {
        long product = 1;
        for (long size : sizes) {
            if (size < 0) {
                throw new IllegalArgumentException("shape: " + Arrays.toString(sizes) + " (expected: sizes >= 0)");
            }
            product = Math.multiplyExact(product, size);
        }
        this.sizes = sizes;
        this.elements = product;
    }

    /**
     * Returns the shape with these sizes.
     *
     * @throws IllegalArgumentException if a size is negative
     * @throws ArithmeticException if the number of elements passes 2^63
     */
    public static Shape of(long... sizes) {
        return new Shape(sizes.clone());
    }

    public int dimensions() {
        return sizes.length;
    }

    /** Returns the size along a dimension, 0 being the outermost. */
    public long size(int dimension) {
        return sizes[dimension];
    }

    /** Returns the number of elements: the product of the sizes. */
    public long elements() {
        return elements;
    }

    public long[] toArray() {
        return sizes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /** Returns the sizes in brackets, as in {@code [64, 1, 28, 28]}. */
    @Override
    public String toString() {
        return Arrays.stream(sizes).mapToObj(Long::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
