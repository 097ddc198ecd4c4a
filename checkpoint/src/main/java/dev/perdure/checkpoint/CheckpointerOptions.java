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
        return new CheckpointerOptions(
                bytes,
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

    public CheckpointerOptions withThreads(int copy, int write) {
        return new CheckpointerOptions(
                objectBytes,
                copy,
                write,
                arenas,
                saveErrorsMax,
                retries,
                sweepPatience,
                retention,
                listener,
                surroundings);
    }

    public CheckpointerOptions withArenas(int count) {
        return new CheckpointerOptions(
                objectBytes,
                copyThreads,
                writeThreads,
                count,
                saveErrorsMax,
                retries,
                sweepPatience,
                retention,
                listener,
                surroundings);
    }

    public CheckpointerOptions withSaveErrorsMax(int count) {
        return new CheckpointerOptions(
                objectBytes,
                copyThreads,
                writeThreads,
                arenas,
                count,
                retries,
                sweepPatience,
                retention,
                listener,
                surroundings);
    }

    public CheckpointerOptions withRetries(Backoff backoff) {
        return new CheckpointerOptions(
                objectBytes,
                copyThreads,
                writeThreads,
                arenas,
                saveErrorsMax,
                backoff,
                sweepPatience,
                retention,
                listener,
                surroundings);
    }

    public CheckpointerOptions withSweepPatience(Duration patience) {
        return new CheckpointerOptions(
                objectBytes,
                copyThreads,
                writeThreads,
                arenas,
                saveErrorsMax,
                retries,
                patience,
                retention,
                listener,
                surroundings);
    }

    public CheckpointerOptions withRetention(RetentionPolicy policy) {
        return new CheckpointerOptions(
                objectBytes,
                copyThreads,
                writeThreads,
                arenas,
                saveErrorsMax,
                retries,
                sweepPatience,
                Optional.of(policy),
                listener,
                surroundings);
    }

    public CheckpointerOptions withListener(Consumer<CheckpointEvent> other) {
        return new CheckpointerOptions(
                objectBytes,
                copyThreads,
                writeThreads,
                arenas,
                saveErrorsMax,
                retries,
                sweepPatience,
                retention,
                other,
                surroundings);
    }

    public CheckpointerOptions withSurroundings(Surroundings other) {
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
                other);
    }
}
