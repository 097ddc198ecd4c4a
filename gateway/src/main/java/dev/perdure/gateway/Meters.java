package dev.perdure.gateway;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Counters and histograms by name and labels, found again without writing their ids anew. */
final class Meters {
    private static final Duration[] BUCKETS = Stream.of(
                    1L, 2L, 5L, 10L, 20L, 50L, 100L, 200L, 500L, 1_000L, 2_000L, 5_000L, 10_000L)
            .map(Duration::ofMillis)
            .toArray(Duration[]::new);

    private record Key(String name, List<String> labels) {}

    private final MeterRegistry registry;
    private final Map<Key, Counter> counters = new ConcurrentHashMap<>();
    private final Map<Key, Timer> timers = new ConcurrentHashMap<>();

    Meters(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Returns a counter.
     *
     * @param labels names and values in turn
     */
    Counter counter(String name, String help, String... labels) {
        return counters.computeIfAbsent(
                new Key(name, List.of(labels)),
                _ -> Counter.builder(name).description(help).tags(labels).register(registry));
    }

    void count(String name, String help, String... labels) {
        counter(name, help, labels).increment();
    }

    /** Takes a time into a histogram of seconds. */
    void time(String name, String help, long nanos, String... labels) {
        timer(name, help, labels).record(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    }

    Timer timer(String name, String help, String... labels) {
        return timers.computeIfAbsent(
                new Key(name, List.of(labels)),
                _ -> Timer.builder(name)
                        .description(help)
                        .serviceLevelObjectives(BUCKETS)
                        .tags(labels)
                        .register(registry));
    }
}
