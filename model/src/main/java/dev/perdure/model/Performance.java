package dev.perdure.model;

import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * How fast and how large the model is where it was measured.
 *
 * @param machine on what, for people
 * @param latencies ascending by batch; at least one
 * @param memoryBytes of a process that has it loaded, at its peak
 */
public record Performance(String machine, List<Latency> latencies, OptionalLong memoryBytes) {
    public Performance {
        Checks.name("performance: machine", machine);
        latencies = Checks.distinct("performance: batch", latencies, latency -> Long.toString(latency.batch()));
        if (latencies.isEmpty()) {
            throw new IllegalArgumentException("performance: no latency (expected: at least one)");
        }
        memoryBytes.ifPresent(bytes -> Checks.atLeast(1, "performance: memory", bytes));
    }

    /**
     * How long the model takes for a batch, without waiting: medians and high quantiles.
     *
     * @param batch samples at once
     */
    public record Latency(long batch, Duration p50, Duration p95, Duration p99) {
        public Latency {
            Checks.atLeast(1, "latency: batch", batch);
            if (p50.isNegative() || p50.compareTo(p95) > 0 || p95.compareTo(p99) > 0) {
                throw new IllegalArgumentException(
                        "latency: p50 %s, p95 %s, p99 %s (expected: >= 0, ascending)".formatted(p50, p95, p99));
            }
        }
    }
}
