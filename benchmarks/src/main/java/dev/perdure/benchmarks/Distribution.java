package dev.perdure.benchmarks;

import java.util.List;

/**
 * How figures of the same thing are spread.
 *
 * @param count how many were measured, >= 1
 * @param p90 nine of ten are at most this, by nearest rank
 */
public record Distribution(int count, double median, double p90, double p99, double max) {

    /** @throws IllegalArgumentException if there are none */
    public static Distribution of(List<Double> values) {
        var samples = new Samples(values.stream().mapToDouble(v -> v).toArray());
        return new Distribution(values.size(), samples.median(), samples.rank(0.9), samples.rank(0.99), samples.max());
    }
}
