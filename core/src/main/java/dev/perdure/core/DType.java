package dev.perdure.core;

/** The type of a tensor's elements. Names and layouts are those of the safetensors format: little-endian, dense. */
public enum DType {
    BOOL(1),
    U8(1),
    I8(1),
    I16(2),
    I32(4),
    I64(8),
    F16(2),
    BF16(2),
    F32(4),
    F64(8);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Returns the size of one element in bytes. */
    public int bytes() {
        return bytes;
    }
}
