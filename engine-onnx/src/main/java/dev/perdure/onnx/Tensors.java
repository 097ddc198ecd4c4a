package dev.perdure.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.UnusableModelException;
import dev.perdure.engine.WrongTensorException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Tensors of one call over memory of somebody else's. A tensor used after it was closed takes the process down. */
final class Tensors implements AutoCloseable {
    /** What a buffer of Java may hold. */
    private static final long BYTES_MAX = Integer.MAX_VALUE - 64;

    private final OrtEnvironment environment;
    private final Map<String, OnnxTensor> byName = new LinkedHashMap<>();

    Tensors(OrtEnvironment environment) {
        this.environment = environment;
    }

    /** @param tensor in native memory, which must outlive this */
    void add(String name, TensorData tensor) throws OrtException {
        if (tensor.bytes() > BYTES_MAX) {
            throw new WrongTensorException("'%s' has %d bytes (expected: at most %d). Ask with fewer samples."
                    .formatted(name, tensor.bytes(), BYTES_MAX));
        }
        var buffer = tensor.data().asByteBuffer().order(ByteOrder.nativeOrder());
        byName.put(
                name,
                OnnxTensor.createTensor(environment, buffer, tensor.shape().toArray(), javaType(tensor.dtype())));
    }

    Map<String, OnnxTensor> byName() {
        return byName;
    }

    static OnnxJavaType javaType(DType dtype) {
        return switch (dtype) {
            case BOOL -> OnnxJavaType.BOOL;
            case U8 -> OnnxJavaType.UINT8;
            case I8 -> OnnxJavaType.INT8;
            case I16 -> OnnxJavaType.INT16;
            case I32 -> OnnxJavaType.INT32;
            case I64 -> OnnxJavaType.INT64;
            case F16 -> OnnxJavaType.FLOAT16;
            case BF16 -> OnnxJavaType.BFLOAT16;
            case F32 -> OnnxJavaType.FLOAT;
            case F64 -> OnnxJavaType.DOUBLE;
        };
    }

    /** Returns the type, unless it is none that tensors of ours can have, such as texts. */
    static Optional<DType> dtype(OnnxJavaType type) {
        return Stream.of(DType.values())
                .filter(dtype -> javaType(dtype) == type)
                .findFirst();
    }

    /**
     * Copies what a model gave.
     *
     * @throws UnusableModelException if that is no tensor, or one that tensors of ours cannot be
     */
    static TensorData copy(String name, OnnxValue value, Arena arena) {
        if (value instanceof OnnxTensor tensor) {
            DType dtype = dtype(tensor.getInfo().type)
                    .orElseThrow(() -> unusable(name, tensor.getInfo().type.name()));
            TensorData copy =
                    TensorData.allocate(arena, dtype, Shape.of(tensor.getInfo().getShape()));
            copy.data().copyFrom(MemorySegment.ofBuffer(tensor.getByteBuffer()));
            return copy;
        }
        throw unusable(name, value.getType().name());
    }

    private static UnusableModelException unusable(String name, String kind) {
        return new UnusableModelException("ONNX file: gives '%s' as %s (expected: a tensor of one of %s)"
                .formatted(name, kind, Arrays.toString(DType.values())));
    }

    @Override
    public void close() {
        byName.values().forEach(OnnxTensor::close);
    }
}
