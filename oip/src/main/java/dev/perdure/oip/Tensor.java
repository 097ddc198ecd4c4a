package dev.perdure.oip;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * A named tensor with its elements, of a request or a response.
 *
 * <p>A view, not a copy: the memory must stay as it is for as long as the tensor is used, and be kept by the tensor
 * alone (a heap array, or {@code Arena.ofAuto}), because a response is still being written after whoever gave it has
 * returned.
 *
 * @param shape sizes, all of them known
 * @param data the elements in row-major order, little-endian, in the layout of {@link Datatype}; BYTES is one element
 *     after the other, each after its length as four bytes
 */
public record Tensor(
        String name, Datatype datatype, Shape shape, Map<String, Parameter> parameters, MemorySegment data) {

    public Tensor {
        checkName(name);
        parameters = Parameters.copied(parameters);
        if (!datatype.fixed()) {
            BytesElements.check(name, data, shape.elements());
        } else if (data.byteSize() != bytes(name, datatype, shape)) {
            throw OipException.invalid(
                    "tensor %s: %d bytes (expected: %d, which %s %s has)",
                    Texts.shown(name), data.byteSize(), bytes(name, datatype, shape), datatype, shape);
        }
    }

    public Tensor(String name, Datatype datatype, Shape shape, MemorySegment data) {
        this(name, datatype, shape, Map.of(), data);
    }

    /** Returns a tensor over a heap array. */
    public static Tensor of(String name, Shape shape, float... values) {
        return new Tensor(name, Datatype.FP32, shape, MemorySegment.ofArray(values));
    }

    /** Returns a tensor over a heap array. */
    public static Tensor of(String name, Shape shape, int... values) {
        return new Tensor(name, Datatype.INT32, shape, MemorySegment.ofArray(values));
    }

    /** Returns a tensor over a heap array. */
    public static Tensor of(String name, Shape shape, long... values) {
        return new Tensor(name, Datatype.INT64, shape, MemorySegment.ofArray(values));
    }

    /** Returns a tensor over the same memory. */
    public static Tensor of(String name, TensorData tensor) {
        return new Tensor(name, Datatype.of(tensor.dtype()), tensor.shape(), tensor.data());
    }

    static void checkName(String name) {
        if (name.isEmpty() || name.length() > 1024) {
            throw OipException.invalid(
                    "tensor name: '%s', %d characters (expected: 1 to 1024)", Texts.shown(name), name.length());
        }
    }

    /** Returns the least size of a tensor's elements: of fixed types, the size. */
    static long bytes(String name, Datatype datatype, Shape shape) {
        try {
            return Math.multiplyExact(shape.elements(), (long) datatype.bytesMin());
        } catch (ArithmeticException e) {
            throw OipException.invalid(
                    "tensor %s: shape %s of %s (expected: fewer than 2^63 bytes)", Texts.shown(name), shape, datatype);
        }
    }

    /** Returns memory for writing: itself, unless it is a heap array of something else than bytes. */
    static ByteBuffer buffer(MemorySegment segment) {
        try {
            return segment.asByteBuffer();
        } catch (UnsupportedOperationException _) { // an array of numbers gives no buffer
            return ByteBuffer.wrap(segment.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    /** Returns the same tensor under another name. */
    public Tensor named(String other) {
        return new Tensor(other, datatype, shape, parameters, data);
    }
}
