package dev.perdure.guard;

import dev.perdure.model.QuantileSketch;
import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Some of many rows of numbers, each row as likely as any other (Vitter: Random sampling with a reservoir, ACM TOMS 11, 1985,
 * algorithm R), and the least and greatest of all. The same rows and seed give the same ones.
 */
final class Reservoir {
    private static final int ROWS_MAX = 20_000;
    private static final long BYTES_MAX = 64 << 20;

    private final double[][] rows;
    private final double[] least;
    private final double[] greatest;
    private final long[] missing;
    private final Random chance;
    private long seen;

    Reservoir(int columns, long seed) {
        long fitting = BYTES_MAX / (Double.BYTES * Math.max(1L, columns));
        this.rows = new double[Math.clamp(fitting, QuantileSketch.K, ROWS_MAX)][];
        this.least = new double[columns];
        this.greatest = new double[columns];
        this.missing = new long[columns];
        this.chance = Random.from(new SplittableRandom(seed));
        Arrays.fill(least, Double.POSITIVE_INFINITY);
        Arrays.fill(greatest, Double.NEGATIVE_INFINITY);
    }

    void add(double[] row) {
        for (int i = 0; i < row.length; i++) {
            if (Double.isFinite(row[i])) {
                least[i] = Math.min(least[i], row[i]);
                greatest[i] = Math.max(greatest[i], row[i]);
            } else {
                missing[i]++;
            }
        }
        long place = seen < rows.length ? seen : chance.nextLong(seen + 1);
        seen++;
        if (place < rows.length) {
            rows[(int) place] = row.clone();
        }
    }

    long seen() {
        return seen;
    }

    int kept() {
        return (int) Math.min(seen, rows.length);
    }

    double[] row(int place) {
        return rows[place].clone();
    }

    boolean isKnown(int column) {
        return least[column] <= greatest[column];
    }

    double least(int column) {
        return least[column];
    }

    double greatest(int column) {
        return greatest[column];
    }

    double missingRate(int column) {
        return seen == 0 ? 0 : (double) missing[column] / seen;
    }

    /**
     * Returns a column's quantiles: of so few numbers that a sketch holds all of them exactly, so that the same numbers
     * always give the same bytes. Of more, numbers at even distances of rank stand for all; the least and the greatest of
     * everything are among them.
     */
    QuantileSketch sketch(int column) {
        double[] sorted = Arrays.stream(rows, 0, kept())
                .mapToDouble(row -> row[column])
                .filter(Double::isFinite)
                .sorted()
                .toArray();
        int count = Math.min(sorted.length, QuantileSketch.K);
        var builder = new QuantileSketch.Builder();
        for (int i = 0; i < count; i++) {
            long rank = count == sorted.length ? i : Math.round(i * (sorted.length - 1.0) / (count - 1));
            double value = sorted[(int) rank];
            builder.add(i == 0 ? least[column] : i == count - 1 ? greatest[column] : value);
        }
        return builder.build();
    }
}
