package dev.perdure.oip;

import dev.perdure.core.Shape;
import java.util.Arrays;

/** Shapes as strangers write them. */
final class Shapes {
    private Shapes() {}

    /** Returns the shape, if a tensor of it may be taken in. */
    static Shape checked(String tensor, Datatype datatype, long[] sizes, OipLimits limits) {
        if (sizes.length > limits.dimensionsMax()) {
            throw OipException.tooLarge(
                    "tensor " + Texts.shown(tensor) + ": dimensions", sizes.length, limits.dimensionsMax());
        }
        Shape shape = shape(tensor, sizes);
        if (shape.elements() > limits.elementsMax()) {
            throw OipException.tooLarge(
                    "tensor " + Texts.shown(tensor) + ": elements", shape.elements(), limits.elementsMax());
        }
        if (sizes.length > 0 && sizes[0] > limits.batchMax()) {
            throw OipException.tooLarge(
                    "tensor " + Texts.shown(tensor) + ": first dimension", sizes[0], limits.batchMax());
        }
        Tensor.bytes(tensor, datatype, shape);
        return shape;
    }

    private static Shape shape(String tensor, long[] sizes) {
        try {
            return Shape.of(sizes);
        } catch (IllegalArgumentException e) {
            throw OipException.invalid(
                    "tensor %s: shape %s (expected: sizes >= 0)", Texts.shown(tensor), Arrays.toString(sizes));
        } catch (ArithmeticException e) {
            throw OipException.invalid(
                    "tensor %s: shape %s (expected: fewer than 2^63 elements)",
                    Texts.shown(tensor), Arrays.toString(sizes));
        }
    }
}
