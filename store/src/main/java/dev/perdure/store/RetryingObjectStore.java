package dev.perdure.store;

import dev.perdure.core.Backoff;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Tries again, after a pause, what a store did not answer.
 *
 * <p><b>What is tried again:</b> every {@link IOException} except those that would only repeat themselves: {@link
 * StoreFullException}, {@link CorruptObjectException}, nothing of that name, a name that is a folder, permission denied,
 * and an interrupt.
 *
 * <p><b>Lost answers.</b> When a put failed and the next attempt finds the name taken, the bytes there are compared with
 * ours: if they are the same, the put is reported as ours, which is also right when somebody else stored the same bytes in
 * between. A deletion that failed and then finds nothing is reported as ours.
 *
 * <p>Every failure goes to the observer before the pause; the last one is thrown, with the earlier ones suppressed in it.
 */
public final class RetryingObjectStore implements ObjectStore {
    private final ObjectStore store;
    private final Backoff backoff;
    private final Sleeper sleeper;
    private final Consumer<Retry> observer;

    /** How the pause is spent. */
    @FunctionalInterface
    public interface Sleeper {
        void sleep(Duration pause) throws InterruptedException;
    }

    /**
     * One failure that is followed by another attempt.
     *
     * @param operation such as {@code put}
     * @param attempt the attempt that failed, counting from 1
     * @param pause how long until the next one
     */
    public record Retry(String operation, String name, int attempt, Duration pause, IOException failure) {}

    /** @param observer told of every failure that is tried again, in the calling thread; it must not throw */
    public RetryingObjectStore(ObjectStore store, Backoff backoff, Sleeper sleeper, Consumer<Retry> observer) {
        this.store = store;
        this.backoff = backoff;
        this.sleeper = sleeper;
        this.observer = observer;
    }

    @Override
    public boolean putIfAbsent(String name, List<MemorySegment> pieces) throws IOException {
        return retrying("put", name, again -> {
            boolean created = store.putIfAbsent(name, pieces);
            return created || (again && Contents.same(store, name, pieces));
        });
    }

    @Override
    public OptionalLong size(String name) throws IOException {
        return retrying("size", name, _ -> store.size(name));
    }

    @Override
    public long read(String name, long offset, MemorySegment target) throws IOException {
        return retrying("read", name, _ -> store.read(name, offset, target));
    }

    /** What was shown is not shown again: the next attempt goes on behind it. */
    @Override
    public long read(String name, long offset, MemorySegment target, Consumer<MemorySegment> filled)
            throws IOException {
        Shown shown = new Shown(filled);
        retrying(
                "read",
                name,
                _ -> store.read(name, offset + shown.bytes(), target.asSlice(shown.bytes()), shown::show));
        return shown.bytes();
    }

    @Override
    public List<String> list(String prefix) throws IOException {
        return retrying("list", prefix, _ -> store.list(prefix));
    }

    @Override
    public boolean delete(String name) throws IOException {
        return retrying("delete", name, again -> store.delete(name) || again);
    }

    @Override
    public List<ObjectStore> copies() {
        List<ObjectStore> copies = store.copies();
        if (copies.equals(List.of(store))) {
            return List.of(this);
        }
        return copies.stream()
                .<ObjectStore>map(copy -> new RetryingObjectStore(copy, backoff, sleeper, observer))
                .toList();
    }

    @Override
    public String toString() {
        return store.toString();
    }

    private interface Attempt<T> {
        /** @param again whether an attempt before this one failed, perhaps after it took effect */
        T run(boolean again) throws IOException;
    }

    private <T> T retrying(String operation, String name, Attempt<T> attempt) throws IOException {
        IOException failure = null;
        for (int number = 1; ; number++) {
            try {
                return attempt.run(failure != null);
            } catch (IOException e) {
                if (failure != null && !failure.equals(e)) {
                    e.addSuppressed(failure);
                }
                if (!mayHeal(e) || !backoff.allowsAfter(number)) {
                    throw e;
                }
                failure = e;
                pause(new Retry(operation, name, number, backoff.pauseAfter(number), e));
            }
        }
    }

    private static boolean mayHeal(IOException e) {
        return !(e instanceof StoreFullException
                || e instanceof CorruptObjectException
                || e instanceof NoSuchFileException
                || e instanceof FileAlreadyExistsException
                || e instanceof NotDirectoryException
                || e instanceof AccessDeniedException
                || e instanceof ClosedByInterruptException
                || e instanceof InterruptedIOException);
    }

    private void pause(Retry retry) throws IOException {
        observer.accept(retry);
        try {
            sleeper.sleep(retry.pause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException(
                    "interrupted while waiting to %s %s again".formatted(retry.operation(), retry.name()));
            interrupted.addSuppressed(retry.failure());
            throw interrupted;
        }
    }
}
