package dev.perdure.store;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toUnmodifiableMap;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** Counts what a store is asked to do, and how long it takes. */
public final class MeteredObjectStore implements ObjectStore {
    private final ObjectStore store;
    private final LongSupplier nanoClock;
    private final Map<Operation, Meter> meters;

    /** The kinds of operation that are counted apart. */
    public enum Operation {
        PUT,
        SIZE,
        READ,
        LIST,
        DELETE
    }

    /**
     * What one kind of operation came to.
     *
     * @param operations how many ended, errors included
     * @param errors how many ended in an exception
     * @param bytes how many were stored in new objects, or read
     * @param nanos how long all of them took; operations side by side count each in full
     */
    public record Count(long operations, long errors, long bytes, long nanos) {}

    /** The counts of all kinds since the beginning. */
    public record Snapshot(Map<Operation, Count> counts) {
        public Snapshot {
            counts = Map.copyOf(counts);
        }

        /** Returns the count of a kind, zero if there was none. */
        public Count of(Operation operation) {
            return counts.getOrDefault(operation, new Count(0, 0, 0, 0));
        }
    }

    /** @param nanoClock such as {@link System#nanoTime} */
    public MeteredObjectStore(ObjectStore store, LongSupplier nanoClock) {
        this(store, nanoClock, newMeters());
    }

    private MeteredObjectStore(ObjectStore store, LongSupplier nanoClock, Map<Operation, Meter> meters) {
        this.store = store;
        this.nanoClock = nanoClock;
        this.meters = meters;
    }

    /** Returns the counts up to now. Operations that are under way are not in it. */
    public Snapshot snapshot() {
        return new Snapshot(meters.entrySet().stream()
                .collect(toUnmodifiableMap(
                        Map.Entry::getKey, entry -> entry.getValue().count())));
    }

    @Override
    public boolean putIfAbsent(String name, List<MemorySegment> pieces) throws IOException {
        return metered(
                Operation.PUT, () -> store.putIfAbsent(name, pieces), created -> created ? Pieces.byteSize(pieces) : 0);
    }

    @Override
    public OptionalLong size(String name) throws IOException {
        return metered(Operation.SIZE, () -> store.size(name), _ -> 0L);
    }

    @Override
    public long read(String name, long offset, MemorySegment target) throws IOException {
        return metered(Operation.READ, () -> store.read(name, offset, target), Function.identity());
    }

    /** The time that the caller's own code takes in between counts as well. */
    @Override
    public long read(String name, long offset, MemorySegment target, Consumer<MemorySegment> filled)
            throws IOException {
        return metered(Operation.READ, () -> store.read(name, offset, target, filled), Function.identity());
    }

    @Override
    public List<String> list(String prefix) throws IOException {
        return metered(Operation.LIST, () -> store.list(prefix), _ -> 0L);
    }

    @Override
    public boolean delete(String name) throws IOException {
        return metered(Operation.DELETE, () -> store.delete(name), _ -> 0L);
    }

    /** What is asked of a single copy is counted here as well. */
    @Override
    public List<ObjectStore> copies() {
        List<ObjectStore> copies = store.copies();
        if (copies.equals(List.of(store))) {
            return List.of(this);
        }
        return copies.stream()
                .<ObjectStore>map(copy -> new MeteredObjectStore(copy, nanoClock, meters))
                .toList();
    }

    @Override
    public String toString() {
        return store.toString();
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private <T> T metered(Operation operation, Call<T> call, Function<T, Long> bytesOf) throws IOException {
        Meter meter = requireNonNull(meters.get(operation));
        long start = nanoClock.getAsLong();
        boolean answered = false;
        try {
            T answer = call.run();
            meter.bytes.add(bytesOf.apply(answer));
            answered = true;
            return answer;
        } finally {
            meter.nanos.add(nanoClock.getAsLong() - start);
            meter.errors.add(answered ? 0 : 1);
            meter.operations.increment();
        }
    }

    private static Map<Operation, Meter> newMeters() {
        Map<Operation, Meter> meters = new EnumMap<>(Operation.class);
        Arrays.stream(Operation.values()).forEach(operation -> meters.put(operation, Meter.zero()));
        return meters;
    }

    private record Meter(LongAdder operations, LongAdder errors, LongAdder bytes, LongAdder nanos) {
        static Meter zero() {
            return new Meter(new LongAdder(), new LongAdder(), new LongAdder(), new LongAdder());
        }

        Count count() {
            return new Count(operations.sum(), errors.sum(), bytes.sum(), nanos.sum());
        }
    }
}
