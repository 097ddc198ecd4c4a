package dev.perdure.model;

import dev.perdure.core.DType;
import dev.perdure.core.TensorData;
import dev.perdure.reliability.Mahalanobis;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/**
 * What inputs looked like in training, before preprocessing: what a guard compares requests with.
 *
 * @param samples how many it was learned from
 * @param features of a table; empty for images
 * @param image of images; absent for tables
 * @param inner what an inner layer made of them; absent where the model gives none
 */
public record GuardProfile(long samples, List<Feature> features, Optional<Image> image, Optional<Inner> inner) {
    public GuardProfile {
        Checks.atLeast(1, "guard: samples", samples);
        features = Checks.distinct("guard: feature", features, Feature::name);
    }

    /** Of a model that gives no inner layer. */
    public GuardProfile(long samples, List<Feature> features, Optional<Image> image) {
        this(samples, features, image, Optional.empty());
    }

    /** Returns the same with what an inner layer made of inputs. */
    public GuardProfile with(Inner innerLayer) {
        return new GuardProfile(samples, features, image, Optional.of(innerLayer));
    }

    /** A column of a table. */
    public sealed interface Feature {
        String name();

        /** Returns the share of samples in which it was missing. */
        double missingRate();

        /**
         * A number.
         *
         * @param values from the least to the greatest that was seen
         * @param quantiles of what was seen
         */
        record Numeric(String name, double missingRate, Range values, Optional<QuantileSketch> quantiles)
                implements Feature {
            public Numeric {
                Checks.name("guard: feature", name);
                Checks.share("guard: feature '" + name + "': missing rate", missingRate);
            }
        }

        /**
         * One of some categories.
         *
         * @param counts how often each was seen
         */
        record Categorical(String name, double missingRate, SequencedMap<String, Long> counts) implements Feature {
            public Categorical {
                Checks.name("guard: feature", name);
                Checks.share("guard: feature '" + name + "': missing rate", missingRate);
                counts = Checks.copy(counts);
                counts.forEach((category, count) -> Checks.atLeast(0, "guard: category '" + category + "'", count));
            }
        }
    }

    /**
     * Images.
     *
     * @param height in pixels, as they came
     * @param width in pixels, as they came
     * @param channels such as 1 for grey
     * @param intensity from the least to the greatest value of a pixel
     * @param mean of all pixels
     * @param deviation of all pixels
     * @param meanIntensities quantiles of an image's mean
     */
    public record Image(
            Range height,
            Range width,
            long channels,
            Range intensity,
            OptionalDouble mean,
            OptionalDouble deviation,
            Optional<QuantileSketch> meanIntensities) {
        public Image {
            Checks.atLeast(1, "guard: channels", channels);
        }
    }

    /**
     * How far an input lies from those of training in an inner layer: {@code min ‖W·e − c‖} over the groups' centres {@code c},
     * of what the layer makes of it, {@code e} (the Mahalanobis distance from the nearest class's mean).
     *
     * @param layer what it is called, for people
     * @param output the output of the model's ONNX file that gives {@code e}, F32 {@code [batch, numbers]}, beside those of the
     *     signature
     * @param whitening {@code W}, F32 {@code [numbers, numbers]}; what is above the diagonal is 0
     * @param centres {@code W} times the mean of each class (or of all, where there are none), F32 {@code [groups, numbers]}
     * @param threshold the greatest distance that is usual
     * @param rate the chance at most that a sample like those held out lies beyond it
     * @param heldOut how many samples that were not trained with say so
     */
    public record Inner(
            String layer,
            String output,
            TensorData whitening,
            TensorData centres,
            double threshold,
            double rate,
            long heldOut) {
        /**
         * A parameter by which a gateway asks a replica, yes or no: is the answer to have what the layer gives, or the distances
         * only? It then has a tensor of this name beside its outputs, F32 {@code [items, 1]} or {@code [items, 1 + numbers]}, the
         * distance first; it has none where the replica runs the model in a way that does not give the layer.
         */
        public static final String ASKED = "perdure_inner";

        public Inner {
            Checks.name("guard: inner layer", layer);
            Checks.name("guard: inner layer's output", output);
            Checks.share("guard: inner layer: rate", rate);
            Checks.atLeast(1, "guard: inner layer: held out", heldOut);
            requireNumbers("whitening", whitening, numbers(whitening));
            requireNumbers("centres", centres, numbers(whitening));
            if (whitening.shape().size(0) != numbers(whitening)) {
                throw new IllegalArgumentException(
                        "guard: inner layer: whitening %s (expected: as many rows as columns)"
                                .formatted(whitening.shape()));
            }
            distances(whitening, centres); // refuses numbers that are none
            if (!(threshold >= 0 && Double.isFinite(threshold))) {
                throw new IllegalArgumentException(
                        "guard: inner layer: threshold %s (expected: >= 0, finite)".formatted(threshold));
            }
        }

        private static long numbers(TensorData matrix) {
            return matrix.shape().dimensions() == 2 ? matrix.shape().size(1) : -1;
        }

        private static void requireNumbers(String what, TensorData matrix, long numbers) {
            boolean isNone =
                    numbers < 1 || numbers(matrix) != numbers || matrix.shape().size(0) < 1;
            if (matrix.dtype() != DType.F32 || isNone) {
                throw new IllegalArgumentException(
                        "guard: inner layer: %s %s %s (expected: F32, %s numbers in each row)"
                                .formatted(what, matrix.dtype(), matrix.shape(), numbers < 1 ? "some" : numbers));
            }
        }

        /** Returns what measures distances. */
        public Mahalanobis distances() {
            return distances(whitening, centres);
        }

        /** Returns what measures distances by these, which are as in a record of them. */
        public static Mahalanobis distances(TensorData whitening, TensorData centres) {
            return Mahalanobis.of(rows(whitening), rows(centres));
        }

        private static double[][] rows(TensorData matrix) {
            int columns = Math.toIntExact(numbers(matrix));
            double[][] rows = new double[Math.toIntExact(matrix.shape().size(0))][columns];
            for (int i = 0; i < rows.length; i++) {
                for (int c = 0; c < columns; c++) {
                    rows[i][c] = matrix.data().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) i * columns + c);
                }
            }
            return rows;
        }

        /** Returns how many numbers the layer gives for a sample. */
        public int numbers() {
            return Math.toIntExact(numbers(whitening));
        }
    }
}
