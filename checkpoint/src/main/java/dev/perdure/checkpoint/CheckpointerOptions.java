package dev.perdure.checkpoint;

import dev.perdure.core.Backoff;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How a {@link Checkpointer} works. Start from {@link #defaults} and change what must be otherwise.
 *
 * @param objectBytes tensors are grouped into objects up to this size
 * @param copyThreads background threads that copy tensors; whoever waits in {@code awaitCaptured} helps them
 * @param writeThreads threads that hash and write objects
 * @param arenas snapshots in memory at once: with one, a save waits until the previous one is durable before it copies;
 *     with two, until the one before that is
 * @param saveErrorsMax saves may fail this often in a row before {@code save} throws
 * @param retries how a failed save is tried again
 * @param sweepPatience how long a save waits for another process that deletes objects before it takes it for dead
 * @param retention what is deleted after a save; nothing when absent
 * @param listener told in a background thread of whatever happens; it must not throw
 */
public record CheckpointerOptions(
        long objectBytes,
        int copyThreads,
        int writeThreads,
        int arenas,
        int saveErrorsMax,
        Backoff retries,
        Duration sweepPatience,
        Optional<RetentionPolicy> retention,
        Consumer<CheckpointEvent> listener,
        Surroundings surroundings) {
    public static final long OBJECT_BYTES_DEFAULT = 64 << 20;

    public CheckpointerOptions {
        atLeastOne("objectBytes", objectBytes);
        atLeastOne("copyThreads", copyThreads);
        atLeastOne("writeThreads", writeThreads);
        atLeastOne("arenas", arenas);
        atLeastOne("saveErrorsMax", saveErrorsMax);
    }

    private static void atLeastOne(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException("%s: %d (expected: >= 1)".formatted(name, value));
        }
    }

    /** Objects up to 64 MiB, one arena, four attempts within about two seconds, no retention, events to the log. */
    public static CheckpointerOptions defaults() {
        int cores = Runtime.getRuntime().availableProcessors();
        return new CheckpointerOptions(
                OBJECT_BYTES_DEFAULT,
                1,
                Math.min(4, cores + 1),
                1,
                3,
                new Backoff(4, Duration.ofMillis(200), Duration.ofSeconds(5)),
                Duration.ofSeconds(30),
                Optional.empty(),
                new LoggingListener(),
                Surroundings.real());
    }

    public CheckpointerOptions withObjectBytes(long bytes) {
        return with(draft -> draft.objectBytes = bytes);
    }

    public CheckpointerOptions withThreads(int copy, int write) {
        return with(draft -> {
            draft.copyThreads = copy;
            draft.writeThreads = write;
        });
    }

    public CheckpointerOptions withArenas(int count) {
        return with(draft -> draft.arenas = count);
    }

    public CheckpointerOptions withSaveErrorsMax(int count) {
        return with(draft -> draft.saveErrorsMax = count);
    }

    public CheckpointerOptions withRetries(Backoff backoff) {
        return with(draft -> draft.retries = backoff);
    }

    public CheckpointerOptions withSweepPatience(Duration patience) {
        return with(draft -> draft.sweepPatience = patience);
    }

    public CheckpointerOptions withRetention(RetentionPolicy policy) {
        return with(draft -> draft.retention = Optional.of(policy));
    }

    public CheckpointerOptions withListener(Consumer<CheckpointEvent> other) {
        return with(draft -> draft.listener = other);
    }

    public CheckpointerOptions withSurroundings(Surroundings other) {
        return with(draft -> draft.surroundings = other);
    }

    private CheckpointerOptions with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.finished();
    }

    /** Options while one of them changes. */
    private static final class Draft {
        private long objectBytes;
        private int copyThreads;
        private int writeThreads;
        private int arenas;
        private int saveErrorsMax;
        private Backoff retries;
        private Duration sweepPatience;
        private Optional<RetentionPolicy> retention;
        private Consumer<CheckpointEvent> listener;
        private Surroundings surroundings;

        Draft(CheckpointerOptions options) {
            objectBytes = options.objectBytes;
            copyThreads = options.copyThreads;
            writeThreads = options.writeThreads;
            arenas = options.arenas;
            saveErrorsMax = options.saveErrorsMax;
            retries = options.retries;
            sweepPatience = options.sweepPatience;
            retention = options.retention;
            listener = options.listener;
            surroundings = options.surroundings;
        }

        CheckpointerOptions finished() {
            return new CheckpointerOptions(
                    objectBytes,
                    copyThreads,
                    writeThreads,
                    arenas,
                    saveErrorsMax,
                    retries,
                    sweepPatience,
                    retention,
                    listener,
                    surroundings);
        }
    }
}
