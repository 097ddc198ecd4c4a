package dev.perdure.torch;

import static org.bytedeco.pytorch.global.torch.from_blob;
import static org.bytedeco.pytorch.global.torch.torch_empty;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Tensors over our memory, and memory of tensors. The one place that knows the device. */
final class Tensors {
    /** The order in which images are held while they are convolved. */
    static final String MEMORY_FORMAT = "channels-last";

    private Tensors() {}

    /** A pointer to memory that Java owns. */
    private static final class Address extends Pointer {
        Address(MemorySegment memory) {
            this.address = memory.address();
        }
    }

    /** Returns a tensor over native memory, which must outlive it. */
    static Tensor over(MemorySegment memory, DType dtype, Shape shape) {
        return from_blob(new Address(memory), shape.toArray(), new TensorOptions(scalarType(dtype)));
    }

    /** Returns a tensor with a tensor's content: over its memory where that is native, over a copy otherwise. */
    static Tensor of(TensorData data) {
        if (data.data().isNative()) {
            return over(data.data(), data.dtype(), data.shape());
        }
        Tensor copy = torch_empty(
                data.shape().toArray(), new TensorOptions(scalarType(data.dtype())), new MemoryFormatOptional());
        memory(copy).copyFrom(data.data());
        return copy;
    }

    static Tensor zeros(long... sizes) {
        return torch.zeros(sizes);
    }

    /** Returns the memory of a row-major tensor, for as long as the tensor lives. */
    @SuppressWarnings("restricted") // libtorch tells an address and a size, and nothing more
    static MemorySegment memory(Tensor tensor) {
        return MemorySegment.ofAddress(tensor.data_ptr().address())
                .reinterpret(tensor.numel() * dtype(tensor).bytes());
    }

    /** Returns a copy on the Java heap. */
    static TensorData copy(Tensor tensor) {
        Tensor rows = tensor.contiguous();
        float[] values = new float[Math.toIntExact(rows.numel())];
        MemorySegment.ofArray(values).copyFrom(memory(rows));
        return TensorData.of(shape(rows), values);
    }

    static Shape shape(Tensor tensor) {
        long[] sizes = new long[(int) tensor.dim()];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = tensor.size(i);
        }
        return Shape.of(sizes);
    }

    /**
     * Returns images in channels-last order, in which convolutions are fastest. One channel looks the same in either
     * order, and libtorch then takes the slow one unless the strides say otherwise.
     */
    static Tensor channelsLast(Tensor images) {
        long channels = images.size(1);
        long height = images.size(2);
        long width = images.size(3);
        if ((channels == 1 || height * width == 1) && !images.requires_grad() && images.is_contiguous()) {
            return images.as_strided(
                    new long[] {images.size(0), channels, height, width},
                    channels * height * width,
                    1,
                    width * channels,
                    channels);
        }
        return images.contiguous(MemoryFormat.ChannelsLast);
    }

    static ScalarType scalarType(DType dtype) {
        return switch (dtype) {
            case BOOL -> ScalarType.Bool;
            case U8 -> ScalarType.Byte;
            case I8 -> ScalarType.Char;
            case I16 -> ScalarType.Short;
            case I32 -> ScalarType.Int;
            case I64 -> ScalarType.Long;
            case F16 -> ScalarType.Half;
            case BF16 -> ScalarType.BFloat16;
            case F32 -> ScalarType.Float;
            case F64 -> ScalarType.Double;
        };
    }

    /**
     * Returns the type of a tensor's elements.
     *
     * @throws IllegalArgumentException if it is one that states cannot hold, such as a complex number
     */
    static DType dtype(Tensor tensor) {
        ScalarType type = tensor.scalar_type().intern();
        for (DType dtype : DType.values()) {
            if (scalarType(dtype) == type) {
                return dtype;
            }
        }
        throw new IllegalArgumentException(
                "elements of type %s (expected: one of %s)".formatted(type, java.util.Arrays.toString(DType.values())));
    }
}
