package dev.perdure.model;

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
 */
public record GuardProfile(long samples, List<Feature> features, Optional<Image> image) {
    public GuardProfile {
        Checks.atLeast(1, "guard: samples", samples);
        features = Checks.distinct("guard: feature", features, Feature::name);
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
}
