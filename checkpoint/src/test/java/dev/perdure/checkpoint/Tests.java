package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.Backoff;
import dev.perdure.core.State;
import dev.perdure.store.MemoryObjectStore;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/** What the tests of this module share. */
final class Tests {
    static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    private Tests() {}

    /** No time passes, and every name is a new one. */
    static Surroundings timeless() {
        var count = new AtomicLong();
        return new Surroundings(() -> NOW, () -> 0, _ -> {}, () -> "n%03d".formatted(count.incrementAndGet()));
    }

    /** One thread for each kind of work, so that the order of operations is always the same; small objects. */
    static CheckpointerOptions options(int attempts) {
        return CheckpointerOptions.defaults()
                .withObjectBytes(1000)
                .withThreads(1, 1)
                .withRetries(new Backoff(attempts, Duration.ZERO, Duration.ZERO))
                .withSweepPatience(Duration.ofMillis(100))
                .withListener(_ -> {})
                .withSurroundings(timeless());
    }

    /** Saves one state as a process of its own. */
    static CheckpointName save(ObjectStore store, long step, State state) throws IOException {
        try (var checkpoints = Checkpointer.open(store, options(1))) {
            return checkpoints.save(step, state).name();
        }
    }

    static Restored restore(ObjectStore store) throws IOException {
        return Checkpoints.open(store, timeless()).restoreLatest(States.zeros()).orElseThrow();
    }

    static MemoryObjectStore copyOf(MemoryObjectStore store) throws IOException {
        var copy = new MemoryObjectStore();
        for (String name : store.list("")) {
            copy.putIfAbsent(name, store.readAll(name));
        }
        return copy;
    }

    static void replace(ObjectStore store, String name, byte[] bytes) throws IOException {
        store.replaceDamaged(name, List.of(MemorySegment.ofArray(bytes)));
    }

    /** The checker as the last line of a test: every manifest that is there can be read, and all it names is whole. */
    static void assertAllWhole(ObjectStore store) throws IOException {
        var checkpoints = Checkpoints.open(store, timeless());
        for (CheckpointInfo info : checkpoints.list()) {
            assertThat(checkpoints.verify(info.name()).damages()).isEmpty();
        }
    }

    /** Returns the objects that no manifest names. */
    static Set<String> garbage(ObjectStore store) throws IOException {
        Set<String> objects = new HashSet<>(store.list(Paths.OBJECTS));
        for (CheckpointName name : Paths.names(store, Paths.CHECKPOINTS)) {
            Manifests.read(store, name).objects().forEach(object -> objects.remove(object.path()));
        }
        return objects;
    }
}
