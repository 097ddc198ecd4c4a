package dev.perdure.benchmarks;

import java.util.Arrays;

/** Figures of the same thing measured several times. */
record Samples(double[] values) {
    Samples {
        if (values.length == 0) {
            throw new IllegalArgumentException("no values (expected: at least one)");
        }
        values = values.clone();
        Arrays.sort(values);
    }

    double median() {
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    /** Returns the smallest value that at least this share of all does not exceed. */
    double rank(double share) {
        return values[Math.max(1, (int) Math.ceil(share * values.length)) - 1];
    }

    double min() {
        return values[0];
    }

    double max() {
        return values[values.length - 1];
    }
}
