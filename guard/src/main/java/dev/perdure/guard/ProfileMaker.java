package dev.perdure.guard;

import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.DriftReference;
import dev.perdure.model.GuardProfile;
import dev.perdure.model.GuardProfile.Feature;
import dev.perdure.model.Preprocessing;
import dev.perdure.model.QuantileSketch;
import dev.perdure.model.Range;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Learns from raw samples what inputs look like: what a guard and a watch on drift compare with later. Ranges, means, missing
 * rates and counts are of all samples; quantiles and the rows kept for drift are of some thousands chosen by the seed, so
 * memory is bounded (64 MiB). The same samples and seed give the same bytes. Not thread-safe.
 */
public final class ProfileMaker {
    /** The name under which a drift reference has rows of the watched numbers themselves. */
    public static final String INPUT_ROWS = "input";

    private static final int ROWS_OF_REFERENCE = 256;

    private final List<Preprocessing.Column> columns;
    private final Watched watched;
    private final Reservoir reservoir;
    private final long[][] counts;
    private final long[] missing;
    private final int planes;
    private final int height;
    private final int width;
    private double least = Double.POSITIVE_INFINITY;
    private double greatest = Double.NEGATIVE_INFINITY;
    private double sum;
    private double squares;
    private long pixels;

    private ProfileMaker(
            List<Preprocessing.Column> columns, Watched watched, int planes, int height, int width, long seed) {
        this.columns = List.copyOf(columns);
        this.watched = watched;
        this.reservoir = new Reservoir(watched.names().size(), seed);
        this.counts = new long[columns.size()][];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = new long[columns.get(i).categories().size()];
        }
        this.missing = new long[columns.size()];
        this.planes = planes;
        this.height = height;
        this.width = width;
    }

    /** Returns one for rows of one value for each column: a number, or the place of a category; NaN when missing. */
    public static ProfileMaker ofTable(List<Preprocessing.Column> columns, long seed) {
        Watched watched = Watched.ofTable(columns, true, Placement.raw(columns.size()));
        return new ProfileMaker(columns, watched, 0, 0, 0, seed);
    }

    /** Returns one for images: plane by plane, row by row. */
    public static ProfileMaker ofImages(int channels, int height, int width, long seed) {
        Watched watched = Watched.ofImages(channels, height, width, Placement.raw(channels));
        return new ProfileMaker(List.of(), watched, channels, height, width, seed);
    }

    /** Takes a sample's raw values. */
    public void add(float[] raw) {
        for (int i = 0; i < counts.length; i++) {
            count(i, raw[i]);
        }
        if (planes > 0) {
            addPixels(raw);
        }
        double[] row = new double[watched.names().size()];
        watched.of(raw, row);
        reservoir.add(row);
    }

    private void count(int column, float value) {
        if (!Float.isFinite(value)) {
            missing[column]++;
        } else if (counts[column].length > 0) {
            counts[column][(int) value]++;
        }
    }

    private void addPixels(float[] raw) {
        for (float value : raw) {
            if (Float.isFinite(value)) {
                least = Math.min(least, value);
                greatest = Math.max(greatest, value);
                sum += value;
                squares += (double) value * value;
                pixels++;
            }
        }
    }

    /** Returns what a guard needs, or nothing when there was no sample, or no value in any. */
    public Optional<GuardProfile> profile() {
        if (reservoir.seen() == 0 || (planes > 0 && pixels == 0)) {
            return Optional.empty();
        }
        return Optional.of(
                new GuardProfile(reservoir.seen(), features(), planes > 0 ? Optional.of(image()) : Optional.empty()));
    }

    /** Columns in which every value was missing are left out: nothing is known of them. */
    private List<Feature> features() {
        List<Feature> features = new ArrayList<>();
        int number = 0;
        for (int i = 0; i < columns.size(); i++) {
            Preprocessing.Column column = columns.get(i);
            if (!column.categories().isEmpty()) {
                features.add(categorical(i));
            } else {
                if (reservoir.isKnown(number)) {
                    features.add(numeric(column.name(), number));
                }
                number++;
            }
        }
        return features;
    }

    private Feature categorical(int i) {
        var seen = new LinkedHashMap<String, Long>();
        for (int c = 0; c < counts[i].length; c++) {
            seen.put(columns.get(i).categories().get(c), counts[i][c]);
        }
        return new Feature.Categorical(columns.get(i).name(), (double) missing[i] / reservoir.seen(), seen);
    }

    private Feature numeric(String name, int number) {
        return new Feature.Numeric(
                name,
                reservoir.missingRate(number),
                new Range(reservoir.least(number), reservoir.greatest(number)),
                Optional.of(reservoir.sketch(number)));
    }

    private GuardProfile.Image image() {
        double mean = sum / pixels;
        return new GuardProfile.Image(
                new Range(height, height),
                new Range(width, width),
                planes,
                new Range(least, greatest),
                OptionalDouble.of(mean),
                OptionalDouble.of(Math.sqrt(Math.max(0, squares / pixels - mean * mean))),
                reservoir.isKnown(0) ? Optional.of(reservoir.sketch(0)) : Optional.empty());
    }

    /**
     * Returns what later inputs are compared with, or nothing when there is no number to watch: quantiles of each watched
     * number, and some rows of all of them as the embedding {@value #INPUT_ROWS}, NaN where a value was missing.
     */
    public Optional<DriftReference> reference() {
        var sketches = new LinkedHashMap<String, QuantileSketch>();
        for (int i = 0; i < watched.names().size(); i++) {
            if (reservoir.isKnown(i)) {
                sketches.put(watched.names().get(i), reservoir.sketch(i));
            }
        }
        if (sketches.isEmpty()) {
            return Optional.empty();
        }
        var rows = new LinkedHashMap<String, TensorData>();
        rows.put(INPUT_ROWS, rows());
        return Optional.of(new DriftReference(sketches, rows));
    }

    /** Rows at even distances in the order in which they are kept. */
    private TensorData rows() {
        int count = Math.min(ROWS_OF_REFERENCE, reservoir.kept());
        int columnsOfRow = watched.names().size();
        float[] values = new float[count * columnsOfRow];
        for (int i = 0; i < count; i++) {
            double[] row = reservoir.row((int) ((long) i * reservoir.kept() / count));
            for (int c = 0; c < columnsOfRow; c++) {
                values[i * columnsOfRow + c] = (float) row[c];
            }
        }
        return TensorData.of(Shape.of(count, columnsOfRow), values);
    }
}
