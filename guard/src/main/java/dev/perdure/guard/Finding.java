package dev.perdure.guard;

import java.util.Locale;

/**
 * Values of one feature in a request that were not expected, and what was done about them.
 *
 * @param feature its name
 * @param samples how many samples had one
 * @param sample the first of them, by its place in the batch
 * @param value its value, in the units of raw data
 * @param expected what was expected, in words
 * @param action what was done to all of them
 */
public record Finding(
        String feature, Surprise surprise, int samples, int sample, double value, String expected, Action action) {

    /** Returns the first value as a word for people. */
    public String shown() {
        return switch (surprise) {
            case MISSING, NEVER_MISSING -> "missing";
            case NO_CATEGORY -> "no category";
            case UNSEEN_CATEGORY -> "a category never seen";
            case EXTREME, OUTSIDE, SIZE -> Double.toString(value);
            case ABNORMAL -> String.format(Locale.ROOT, "a distance of %.4g", value);
        };
    }

    /** Returns it as a sentence for people. */
    public String words() {
        return "%s: %s in sample %d (expected: %s): %s%s"
                .formatted(
                        feature,
                        shown(),
                        sample,
                        expected,
                        action.words(),
                        samples > 1 ? "; %d samples in all".formatted(samples) : "");
    }
}
