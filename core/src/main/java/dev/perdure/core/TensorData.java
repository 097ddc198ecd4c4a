package dev.perdure.core;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A dense tensor in row-major order over memory that somebody else owns: a view, not a copy. What is written to
 * {@link #data} is seen by the owner, and the view is valid for as long as the owner keeps the memory.
 *
 * @param data exactly {@code shape.elements() * dtype.bytes()} bytes, little-endian, native or heap; may pass 2 GiB
 */
public record TensorData(DType dtype, Shape shape, MemorySegment data) {

    public TensorData {
        long expected = Math.multiplyExact(shape.elements(), (long) dtype.bytes());
        if (data.byteSize() != expected) {
            throw new IllegalArgumentException(
                    "tensor %s %s: %d bytes (expected: %d)".formatted(dtype, shape, data.byteSize(), expected));
        }
    }

    /** Allocates a zeroed tensor whose memory, aligned to 64 bytes, lives as long as {@code arena}. */
    public static TensorData allocate(Arena arena, DType dtype, Shape shape) {
        long bytes = Math.multiplyExact(shape.elements(), (long) dtype.bytes());
        return new TensorData(dtype, shape, arena.allocate(bytes, 64));
    }

    /** Returns a tensor over a heap array: what is written to either is seen in both. */
    public static TensorData of(Shape shape, float... values) {
        return new TensorData(DType.F32, shape, MemorySegment.ofArray(values));
    }

    /** Returns a tensor over a heap array: what is written to either is seen in both. */
    public static TensorData of(Shape shape, long... values) {
        return new TensorData(DType.I64, shape, MemorySegment.ofArray(values));
    }

    public long bytes() {
        return data.byteSize();
    }
}
