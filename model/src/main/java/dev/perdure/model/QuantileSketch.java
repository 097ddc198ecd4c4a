package dev.perdure.model;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.datasketches.common.SketchesArgumentException;
import org.apache.datasketches.kll.KllDoublesSketch;
import org.apache.datasketches.quantilescommon.QuantileSearchCriteria;

/**
 * The quantiles of many numbers in a few kilobytes: a KLL sketch (Karnin, Lang, Liberty, FOCS 2016) of Apache DataSketches.
 * Immutable. Least and greatest value are exact; of up to {@value #K} numbers everything is.
 *
 * <p>Ranks are right to within {@link #rankError} with a probability of 99 %. Which of several equally good summaries one
 * gets is left to chance, so two sketches of the same numbers may have different bytes.
 */
public final class QuantileSketch {
    /** Chosen so that ranks are right to within half a percent. */
    public static final int K = 800;

    /** No sketch that is made here comes near it. */
    static final int BYTES_MAX = 1 << 20;

    private static final int PREAMBLE_OF_MANY = 5;
    private static final int LEVELS_AT = 18;
    private static final int LEVELS_MAX = 61;

    private final byte[] bytes;
    private final KllDoublesSketch sketch;

    private QuantileSketch(byte[] bytes, KllDoublesSketch sketch) {
        this.bytes = bytes;
        this.sketch = sketch;
    }

    /** Makes a sketch number by number. Not thread-safe. */
    public static final class Builder {
        private final KllDoublesSketch sketch = KllDoublesSketch.newHeapInstance(K);

        /** Makes one of no numbers yet. */
        public Builder() {}

        /** Takes a number; infinities and NaN are passed over, as they have no rank that means anything. */
        public Builder add(double value) {
            if (Double.isFinite(value)) {
                sketch.update(value);
            }
            return this;
        }

        /** Takes all the numbers of another sketch, as exactly as that one has them. */
        public Builder addAll(QuantileSketch other) {
            sketch.merge(other.sketch);
            return this;
        }

        /** Returns how many numbers it has taken. */
        public long count() {
            return sketch.getN();
        }

        /**
         * Returns the sketch of the numbers up to now.
         *
         * @throws IllegalStateException if there was none
         */
        public QuantileSketch build() {
            if (sketch.isEmpty()) {
                throw new IllegalStateException("quantile sketch: no finite number was given (expected: at least one)");
            }
            return ofBytes(sketch.toByteArray());
        }
    }

    /**
     * Returns the sketch that {@link #bytes} were of.
     *
     * @throws IllegalArgumentException if they are of none
     */
    public static QuantileSketch ofBytes(byte[] bytes) {
        if (bytes.length > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "quantile sketch: %d bytes (expected: <= %d)".formatted(bytes.length, BYTES_MAX));
        }
        try {
            return read(bytes.clone());
        } catch (SketchesArgumentException
                | IndexOutOfBoundsException
                | NegativeArraySizeException
                | ArithmeticException e) {
            throw new IllegalArgumentException("quantile sketch: %d bytes that are none: %s"
                    .formatted(bytes.length, String.valueOf(e.getMessage()).strip()));
        }
    }

    private static QuantileSketch read(byte[] own) {
        if (own.length > LEVELS_AT
                && own[0] == PREAMBLE_OF_MANY
                && (own[LEVELS_AT] < 1 || own[LEVELS_AT] > LEVELS_MAX)) {
            throw new IllegalArgumentException("quantile sketch: %d levels (expected: 1 to %d)"
                    .formatted(own[LEVELS_AT], LEVELS_MAX)); // the library only asserts it
        }
        var sketch = KllDoublesSketch.heapify(MemorySegment.ofArray(own));
        requireSound(sketch);
        sketch.getQuantile(0.5); // sorts once, so that reading changes nothing
        return new QuantileSketch(own, sketch);
    }

    /** Damage that the library lets pass must not become a limit that a guard believes. */
    private static void requireSound(KllDoublesSketch sketch) {
        if (sketch.isEmpty()) {
            throw new IllegalArgumentException("quantile sketch: of no numbers (expected: at least one)");
        }
        double min = sketch.getMinItem();
        double max = sketch.getMaxItem();
        long count = 0;
        for (var items = sketch.iterator(); items.next(); ) {
            double item = items.getQuantile();
            if (!(item >= min && item <= max) || !Double.isFinite(item)) {
                throw new IllegalArgumentException(
                        "quantile sketch: holds %s (expected: finite, %s to %s)".formatted(item, min, max));
            }
            count = Math.addExact(count, items.getWeight());
        }
        if (count != sketch.getN()) {
            throw new IllegalArgumentException(
                    "quantile sketch: of %d numbers (expected: %d, as it says)".formatted(count, sketch.getN()));
        }
    }

    /** Returns its serialised form, as every implementation of DataSketches reads it. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Returns of how many numbers it is. */
    public long count() {
        return sketch.getN();
    }

    public double min() {
        return sketch.getMinItem();
    }

    public double max() {
        return sketch.getMaxItem();
    }

    /** @param rank from 0 to 1 */
    public double quantile(double rank) {
        return sketch.getQuantile(Checks.share("rank", rank), QuantileSearchCriteria.INCLUSIVE);
    }

    /** Returns the share of numbers that are not above a value. */
    public double rank(double value) {
        return sketch.getRank(value, QuantileSearchCriteria.INCLUSIVE);
    }

    /** Returns how far a rank may be from the right one. */
    public double rankError() {
        return sketch.getNormalizedRankError(false);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof QuantileSketch that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "quantiles of %d: %s to %s (%s)"
                .formatted(count(), min(), max(), HexFormat.of().toHexDigits(hashCode()));
    }
}
