package dev.perdure.torch;

import static org.bytedeco.pytorch.global.torch.binary_cross_entropy_with_logits;
import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;
import static org.bytedeco.pytorch.global.torch.mse_loss;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Loss;
import java.lang.foreign.ValueLayout;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Losses as sums over samples, and hits. */
final class Losses {
    private static final long SUM = 2;
    private static final long IGNORE_NOTHING = -1;

    private Losses() {}

    /** Returns the sum of the samples' losses, a scalar. */
    static Tensor sum(Loss loss, Tensor outputs, Tensor targets) {
        return switch (loss) {
            case Loss.CrossEntropy(double smoothing) ->
                cross_entropy_loss(outputs, targets, new TensorOptional(), SUM, IGNORE_NOTHING, smoothing);
            case Loss.MeanSquaredError() -> mse_loss(outputs, targets, SUM).div(new Scalar((double) outputs.size(1)));
            case Loss.BinaryCrossEntropy() ->
                binary_cross_entropy_with_logits(outputs, targets, new TensorOptional(), new TensorOptional(), SUM)
                        .div(new Scalar((double) outputs.size(1)));
        };
    }

    /** Returns how many samples were classified rightly; 0 for a regression. */
    static long correct(Loss loss, Tensor outputs, Tensor targets) {
        return switch (loss) {
            case Loss.CrossEntropy _ ->
                count(outputs.detach().argmax(new LongOptional(1), false).eq(targets));
            case Loss.MeanSquaredError() -> 0;
            case Loss.BinaryCrossEntropy() -> {
                Scalar half = new Scalar(0.5);
                Tensor right = outputs.detach().gt(new Scalar(0.0)).eq(targets.gt(half));
                yield count(right.all(1, false));
            }
        };
    }

    private static long count(Tensor hits) {
        return hits.sum().to(ScalarType.Long).item_long();
    }

    /**
     * Checks the targets that a loss is given.
     *
     * @throws IllegalArgumentException if they have another type or shape, or a class that the model does not know
     */
    static void check(Loss loss, TensorData targets, int outputs) {
        switch (loss) {
            case Loss.CrossEntropy _ -> {
                require(targets, DType.I64, Shape.of(targets.shape().size(0)));
                for (long i = 0; i < targets.shape().elements(); i++) {
                    long target = targets.data().getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i);
                    if (target < 0 || target >= outputs) {
                        throw new IllegalArgumentException("target %d of sample %d (expected: a class from 0 to %d)"
                                .formatted(target, i, outputs - 1));
                    }
                }
            }
            case Loss.MeanSquaredError _, Loss.BinaryCrossEntropy _ ->
                require(targets, DType.F32, Shape.of(targets.shape().size(0), outputs));
        }
    }

    private static void require(TensorData targets, DType dtype, Shape shape) {
        if (targets.dtype() != dtype || !targets.shape().equals(shape)) {
            throw new IllegalArgumentException(
                    "targets: %s %s (expected: %s %s)".formatted(targets.dtype(), targets.shape(), dtype, shape));
        }
    }
}
