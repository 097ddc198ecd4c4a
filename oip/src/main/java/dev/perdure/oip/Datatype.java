package dev.perdure.oip;

import dev.perdure.core.DType;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The type of a tensor's elements, by the protocol's names. Layouts are little-endian and dense. */
public enum Datatype {
    BOOL(1),
    UINT8(1),
    UINT16(2),
    UINT32(4),
    UINT64(8),
    INT8(1),
    INT16(2),
    INT32(4),
    INT64(8),
    FP16(2),
    BF16(2),
    FP32(4),
    FP64(8),
    /** Elements of any length, each after its length as four bytes. */
    BYTES(0);

    private static final int LENGTH_BYTES = 4;

    private final int bytes;

    Datatype(int bytes) {
        this.bytes = bytes;
    }

    /**
     * Returns the type of this name.
     *
     * @throws OipException {@link OipError#INVALID} if there is none
     */
    public static Datatype named(String name) {
        return Arrays.stream(values())
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElseThrow(() -> OipException.invalid(
                        "datatype: '%s' (expected: one of %s)", Texts.shown(name), Arrays.toString(values())));
    }

    /** Returns the type whose layout is that of one of the house's own. */
    public static Datatype of(DType type) {
        return switch (type) {
            case BOOL -> BOOL;
            case U8 -> UINT8;
            case I8 -> INT8;
            case I16 -> INT16;
            case I32 -> INT32;
            case I64 -> INT64;
            case F16 -> FP16;
            case BF16 -> BF16;
            case F32 -> FP32;
            case F64 -> FP64;
        };
    }

    /** Returns the house's own type of the same layout; absent for wider unsigned numbers and for BYTES. */
    public Optional<DType> dtype() {
        return Arrays.stream(DType.values()).filter(type -> of(type) == this).findFirst();
    }

    /** Whether all elements have the same size. */
    public boolean fixed() {
        return this != BYTES;
    }

    /** Returns the size of one element in bytes; of BYTES, the least. */
    public int bytesMin() {
        return fixed() ? bytes : LENGTH_BYTES;
    }

    /** Whether JSON has a way to write its elements. */
    public boolean inJson() {
        return this != FP16 && this != BF16;
    }

    /** Returns the name that a model's configuration has for it. */
    public String configName() {
        return "TYPE_" + (this == BYTES ? "STRING" : name().toUpperCase(Locale.ROOT));
    }
}
