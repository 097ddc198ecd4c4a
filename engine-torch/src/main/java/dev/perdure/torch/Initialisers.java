package dev.perdure.torch;

import static org.bytedeco.pytorch.global.torch.linalg_qr;
import static org.bytedeco.pytorch.global.torch.torch_empty;

import dev.perdure.core.Seeds;
import dev.perdure.engine.Layer.Initializer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * How parameters start. Each is drawn from a generator of its own, seeded from the run's seed and the parameter's name
 * alone: a layer more or less leaves the others as they were.
 */
final class Initialisers {
    private Initialisers() {}

    /** Writes a parameter's first values. Runs without gradients. */
    interface Fill {
        void into(Tensor parameter, GeneratorOptional random);
    }

    static Generator generator(long runSeed, String name) {
        byte[] digest = dev.perdure.core.Digests.sha256().digest(name.getBytes(StandardCharsets.UTF_8));
        long coordinate = ByteBuffer.wrap(digest).getLong();
        return torch.make_generator_cpu(Seeds.derive(runSeed, Seeds.Purpose.INITIALISATION, coordinate));
    }

    static Fill constant(double value) {
        return (parameter, _) -> parameter.fill_(new org.bytedeco.pytorch.Scalar(value));
    }

    /**
     * The weights of a convolution {@code [out, in, k, k]} or dense layer {@code [out, in]}.
     *
     * @param fanIn inputs that meet in one output
     * @param fanOut outputs that one input reaches
     */
    static Fill weight(Initializer initializer, long fanIn, long fanOut) {
        return switch (initializer) {
            case DEFAULT -> uniform(1 / Math.sqrt((double) fanIn));
            case XAVIER_UNIFORM -> uniform(Math.sqrt(6.0 / (fanIn + fanOut)));
            case XAVIER_NORMAL -> normal(Math.sqrt(2.0 / (fanIn + fanOut)));
            case KAIMING_UNIFORM -> uniform(Math.sqrt(6.0 / fanIn));
            case KAIMING_NORMAL -> normal(Math.sqrt(2.0 / fanIn));
            case ORTHOGONAL -> Initialisers::orthogonal;
            case ZEROS -> constant(0);
        };
    }

    static Fill bias(Initializer initializer, long fanIn) {
        return initializer == Initializer.DEFAULT ? uniform(1 / Math.sqrt((double) fanIn)) : constant(0);
    }

    private static Fill uniform(double bound) {
        return (parameter, random) -> parameter.uniform_(-bound, bound, random);
    }

    private static Fill normal(double deviation) {
        return (parameter, random) -> parameter.normal_(0, deviation, random);
    }

    /** The Q of a normally distributed matrix, its signs made unique by R's diagonal, is uniform over such matrices. */
    private static void orthogonal(Tensor parameter, GeneratorOptional random) {
        long rows = parameter.size(0);
        long columns = parameter.numel() / rows;
        Tensor normal =
                torch_empty(Math.max(rows, columns), Math.min(rows, columns)).normal_(0, 1, random);
        T_TensorTensor_T qr = linalg_qr(normal, "reduced");
        Tensor q = qr.get0().mul(qr.get1().diagonal().sign());
        parameter.copy_(
                (rows < columns ? q.t() : q).reshape(Tensors.shape(parameter).toArray()));
    }
}
