package dev.perdure.guard;

import dev.perdure.model.QuantileSketch;
import java.util.Arrays;

/**
 * What is kept of some samples to compare with a reference: sketches and counts, and every so-manieth row. Bounded, however
 * many samples there are; two windows of one reference can be added. Not thread-safe.
 */
public final class DriftWindow {
    private final QuantileSketch.Builder[] sketches;
    private final int[] missing;
    private final int[][] counts;
    private final double[][] rows;
    private final double[][] innerRows;
    private final int every;
    private int rowsKept;
    private int innerKept;
    private int samples;

    /** @param every how many samples there are for each row that is kept of them */
    DriftWindow(int numbers, int[] categories, int rows, int innerRows, int every) {
        this.sketches = new QuantileSketch.Builder[numbers];
        Arrays.setAll(sketches, _ -> new QuantileSketch.Builder());
        this.missing = new int[numbers];
        this.counts = Arrays.stream(categories).mapToObj(int[]::new).toArray(int[][]::new);
        this.rows = new double[rows][];
        this.innerRows = new double[innerRows][];
        this.every = every;
    }

    /** @param marked for each categorical feature the place of what was marked; the last place is none */
    void add(double[] numbers, int[] marked) {
        for (int i = 0; i < sketches.length; i++) {
            sketches[i].add(numbers[i]);
            missing[i] += Double.isFinite(numbers[i]) ? 0 : 1;
        }
        for (int i = 0; i < marked.length; i++) {
            counts[i][marked[i]]++;
        }
        if (samples % every == 0 && rowsKept < rows.length) {
            rows[rowsKept++] = numbers.clone();
        }
        samples++;
    }

    /** Takes what an inner layer gave for a sample, if there is room for it. */
    void addInner(double[] row) {
        if (innerKept < innerRows.length) {
            innerRows[innerKept++] = row.clone();
        }
    }

    /** Takes what a window before had of an inner layer, if that was too little to be compared. */
    void carry(DriftWindow before) {
        for (int i = 0; before.innerKept < before.innerRows.length && i < before.innerKept; i++) {
            addInner(before.innerRows[i]);
        }
    }

    /**
     * Adds what another window of the same reference has seen, such as another gateway's.
     *
     * @throws IllegalArgumentException if it is of another reference
     */
    public void add(DriftWindow other) {
        if (other.sketches.length != sketches.length
                || !Arrays.equals(shape(other.counts), shape(counts))
                || other.rows.length != rows.length
                || other.innerRows.length != innerRows.length) {
            throw new IllegalArgumentException("drift: a window of another reference or other settings");
        }
        for (int i = 0; i < sketches.length; i++) {
            if (other.sketches[i].count() > 0) {
                sketches[i].addAll(other.sketches[i].build());
            }
            missing[i] += other.missing[i];
        }
        for (int i = 0; i < counts.length; i++) {
            for (int c = 0; c < counts[i].length; c++) {
                counts[i][c] += other.counts[i][c];
            }
        }
        int taken = Math.min(other.rowsKept, rows.length - rowsKept);
        System.arraycopy(other.rows, 0, rows, rowsKept, taken);
        rowsKept += taken;
        Arrays.stream(other.innerRows, 0, other.innerKept).forEach(this::addInner);
        samples += other.samples;
    }

    private static int[] shape(int[][] counts) {
        return Arrays.stream(counts).mapToInt(row -> row.length).toArray();
    }

    /** Returns how many samples it has seen. */
    public int samples() {
        return samples;
    }

    QuantileSketch.Builder sketch(int number) {
        return sketches[number];
    }

    int missing(int number) {
        return missing[number];
    }

    int[] counts(int categorical) {
        return counts[categorical].clone();
    }

    /** Returns the rows of an inner layer that were kept. */
    double[][] innerRows() {
        return Arrays.stream(innerRows, 0, innerKept).map(double[]::clone).toArray(double[][]::new);
    }

    /** Returns the rows that were kept, NaN where a value was missing. */
    double[][] rows() {
        return Arrays.stream(rows, 0, rowsKept).map(double[]::clone).toArray(double[][]::new);
    }
}
