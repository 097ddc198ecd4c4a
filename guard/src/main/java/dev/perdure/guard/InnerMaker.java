package dev.perdure.guard;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.GuardProfile;
import dev.perdure.reliability.Mahalanobis;
import java.util.Arrays;
import java.util.Optional;

/**
 * Learns from what an inner layer gives for samples how far from them an input may lie, and what to compare many inputs with.
 *
 * <p>Distances are from the nearest class of the training samples. The threshold is a quantile of the distances of samples that
 * were held out, such that one more of their kind lies beyond it with a chance of {@value #RATE} at most (Vovk, Gammerman and
 * Shafer: Algorithmic learning in a random world, 2005: inductive conformal prediction). What many inputs are compared with
 * are held-out samples as well: those that were trained with lie closer together than any new ones.
 */
public final class InnerMaker {
    /** The chance at most that a sample like those held out is called abnormal. */
    public static final double RATE = 0.01;

    /** With fewer samples held out no threshold has that rate. */
    public static final int HELD_OUT_MIN = 99;

    private static final int ROWS_OF_REFERENCE = 256;

    private InnerMaker() {}

    /**
     * What was learned.
     *
     * @param inner what a guard needs
     * @param rows what a drift reference has under the layer's name: F32 {@code [samples, numbers]}
     */
    public record Learned(GuardProfile.Inner inner, TensorData rows) {}

    /**
     * Learns. The same numbers give the same bytes.
     *
     * @param layer what it is called
     * @param output the output of the model's ONNX file that gives its numbers
     * @param trained what it gives for training samples, finite
     * @param classes for each which class it is of; all 0 where there are none
     * @param heldOut what it gives for samples that were not trained with, finite, in an order that says nothing
     * @return nothing if fewer than {@value #HELD_OUT_MIN} were held out, or the training samples of each class are all the same
     */
    public static Optional<Learned> learn(
            String layer, String output, double[][] trained, int[] classes, double[][] heldOut) {
        if (heldOut.length < HELD_OUT_MIN || trained.length == 0) {
            return Optional.empty();
        }
        int rank = (int) Math.ceil((heldOut.length + 1) * (1 - RATE) - 1e-9);
        return Mahalanobis.learn(trained, classes).map(learned -> {
            TensorData whitening = matrix(learned.whitening());
            TensorData centres = matrix(learned.centres());
            Mahalanobis distances = GuardProfile.Inner.distances(whitening, centres);
            double[] sorted = Arrays.stream(heldOut)
                    .mapToDouble(distances::distance)
                    .sorted()
                    .toArray();
            var inner =
                    new GuardProfile.Inner(layer, output, whitening, centres, sorted[rank - 1], RATE, heldOut.length);
            return new Learned(inner, matrix(Arrays.copyOf(heldOut, Math.min(heldOut.length, ROWS_OF_REFERENCE))));
        });
    }

    private static TensorData matrix(double[][] rows) {
        int columns = rows[0].length;
        float[] values = new float[rows.length * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) rows[i / columns][i % columns];
        }
        return TensorData.of(Shape.of(rows.length, columns), values);
    }
}
