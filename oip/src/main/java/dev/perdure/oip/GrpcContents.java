package dev.perdure.oip;

import com.google.protobuf.ByteString;
import dev.perdure.core.Shape;
import dev.perdure.oip.v2.Oip.InferTensorContents;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** Elements that come one by one in a message's typed fields, which small requests written by hand have. */
final class GrpcContents {
    private GrpcContents() {}

    /**
     * Returns the elements in the layout of their type.
     *
     * @throws OipException if there are more or fewer than the shape has, or one is outside its type's range
     */
    static MemorySegment read(String tensor, Datatype datatype, Shape shape, InferTensorContents contents) {
        int elements = count(datatype, contents);
        if (elements != shape.elements() || elements != all(contents)) {
            throw OipException.invalid(
                    "tensor %s: %d elements in the field of %s and %d in others (expected: %d, which shape %s has)",
                    Texts.shown(tensor), elements, datatype, all(contents) - elements, shape.elements(), shape);
        }
        if (datatype == Datatype.BYTES) {
            return texts(contents.getBytesContentsList());
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(elements, datatype.bytesMin()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            put(bytes, tensor, datatype, contents, i);
        }
        return MemorySegment.ofBuffer(bytes.flip());
    }

    private static int count(Datatype datatype, InferTensorContents contents) {
        return switch (datatype) {
            case BOOL -> contents.getBoolContentsCount();
            case INT8, INT16, INT32 -> contents.getIntContentsCount();
            case INT64 -> contents.getInt64ContentsCount();
            case UINT8, UINT16, UINT32 -> contents.getUintContentsCount();
            case UINT64 -> contents.getUint64ContentsCount();
            case FP32 -> contents.getFp32ContentsCount();
            case FP64 -> contents.getFp64ContentsCount();
            case BYTES -> contents.getBytesContentsCount();
            case FP16, BF16 -> 0; // only as raw bytes
        };
    }

    private static int all(InferTensorContents contents) {
        return contents.getBoolContentsCount()
                + contents.getIntContentsCount()
                + contents.getInt64ContentsCount()
                + contents.getUintContentsCount()
                + contents.getUint64ContentsCount()
                + contents.getFp32ContentsCount()
                + contents.getFp64ContentsCount()
                + contents.getBytesContentsCount();
    }

    private static MemorySegment texts(List<ByteString> texts) {
        return BytesElements.write(texts.stream().map(ByteString::toByteArray).toList());
    }

    private static void put(ByteBuffer bytes, String tensor, Datatype datatype, InferTensorContents contents, int i) {
        switch (datatype) {
            case BOOL -> bytes.put((byte) (contents.getBoolContents(i) ? 1 : 0));
            case INT8 -> bytes.put((byte) within(tensor, datatype, contents.getIntContents(i), value -> (byte) value));
            case INT16 ->
                bytes.putShort((short) within(tensor, datatype, contents.getIntContents(i), value -> (short) value));
            case INT32 -> bytes.putInt(contents.getIntContents(i));
            case INT64 -> bytes.putLong(contents.getInt64Contents(i));
            case UINT8 ->
                bytes.put((byte) within(tensor, datatype, contents.getUintContents(i), value -> value & 0xFF));
            case UINT16 ->
                bytes.putShort((short) within(tensor, datatype, contents.getUintContents(i), value -> value & 0xFFFF));
            case UINT32 -> bytes.putInt(contents.getUintContents(i));
            case UINT64 -> bytes.putLong(contents.getUint64Contents(i));
            case FP32 -> bytes.putFloat(contents.getFp32Contents(i));
            case FP64 -> bytes.putDouble(contents.getFp64Contents(i));
            case FP16, BF16, BYTES -> throw new AssertionError("handled before");
        }
    }

    private static int within(String tensor, Datatype datatype, int value, IntUnaryOperator narrowed) {
        if (narrowed.applyAsInt(value) != value) {
            throw OipException.invalid("tensor %s: %d (expected: within %s)", Texts.shown(tensor), value, datatype);
        }
        return value;
    }
}
