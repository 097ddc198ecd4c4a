package dev.perdure.guard;

import dev.perdure.model.QuantileSketch;
import dev.perdure.model.Range;
import java.util.Optional;

/**
 * What is expected of a number, and what is done otherwise.
 *
 * @param feature its name
 * @param place along the sample's outermost dimension
 * @param outside the range that is let be, as the model takes it: least, greatest
 * @param tail beyond which values are extreme, as the model takes it
 * @param expectedRange in words
 * @param expectedTail in words
 * @param fill what stands for a missing value, as the model takes it
 * @param missing which surprise a missing value is
 */
record Limits(
        String feature,
        int place,
        float[] outside,
        float[] tail,
        String expectedRange,
        String expectedTail,
        float fill,
        Surprise missing,
        GuardPolicy policy) {

    static Limits of(
            String feature,
            int place,
            Range range,
            Optional<QuantileSketch> quantiles,
            double missingRate,
            double fill,
            Placement placement,
            GuardPolicy policy) {
        double margin = policy.margin() * Math.min(range.max() - range.min(), Double.MAX_VALUE);
        double least = range.min() - margin;
        double greatest = range.max() + margin;
        double low = quantiles.map(sketch -> sketch.quantile(policy.tail())).orElse(range.min());
        double high =
                quantiles.map(sketch -> sketch.quantile(1 - policy.tail())).orElse(range.max());
        return new Limits(
                feature,
                place,
                placement.bounds(place, least, greatest),
                placement.bounds(place, low, high),
                "%s to %s".formatted(least, greatest),
                "%s to %s, as nearly all in training".formatted(low, high),
                (float) placement.taken(place, fill),
                missingRate > 0 ? Surprise.MISSING : Surprise.NEVER_MISSING,
                policy);
    }

    boolean isExpected(float value) {
        return value >= tail[0] && value <= tail[1];
    }

    /** Judges a value that is not as expected, and returns what it becomes. */
    float judge(float value, int sample, Placement placement, Findings findings) {
        if (Float.isNaN(value)) {
            return decide(missing, value, Float.NaN, expectedRange, outside, sample, findings);
        }
        double raw = placement.raw(place, value);
        if (!(value >= outside[0] && value <= outside[1])) {
            return decide(Surprise.OUTSIDE, value, raw, expectedRange, outside, sample, findings);
        }
        return decide(Surprise.EXTREME, value, raw, expectedTail, tail, sample, findings);
    }

    private float decide(
            Surprise surprise,
            float value,
            double raw,
            String expected,
            float[] bounds,
            int sample,
            Findings findings) {
        Action action = policy.action(feature, surprise);
        findings.add(feature, surprise, sample, raw, expected, action);
        return switch (action) {
            case CLIP -> Math.clamp(value, bounds[0], bounds[1]);
            case IMPUTE -> fill;
            case REJECT, PASS -> value;
        };
    }
}
