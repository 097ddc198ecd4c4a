package dev.perdure.data;

import dev.perdure.engine.Batch;
import java.lang.foreign.Arena;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Prepares coming batches on a thread of its own while the present one is computed.
 *
 * <p>Batches come in the order of their recipes, and their bits are those of {@link Dataset#batch}: neither depends on
 * timing. While one is in use, at most {@code ahead} others are prepared, in native memory that is used again and again. Not
 * thread-safe: one owner takes and closes.
 */
public final class Prefetcher implements AutoCloseable {
    private final Dataset data;
    private final BlockingQueue<Prepared> ready;
    private final BlockingQueue<Buffer> free;
    private final Thread thread;
    private Prepared last = new Prepared.Nothing();
    private boolean closed;

    /** What a batch is made of. */
    public record Recipe(int[] ids, Augment augment) {
        public Recipe {
            ids = ids.clone();
        }
    }

    private sealed interface Prepared {
        record Nothing() implements Prepared {}

        record Ready(Buffer buffer, Batch batch) implements Prepared {}

        record Broken(RuntimeException cause) implements Prepared {}

        record Fatal(Error cause) implements Prepared {}

        record End() implements Prepared {}
    }

    /**
     * Starts to prepare.
     *
     * @param recipes read by the preparing thread, each when its turn comes; may go on for ever
     * @param ahead how many batches are prepared while one is in use, at least 1
     */
    public Prefetcher(Dataset data, Iterator<Recipe> recipes, int ahead) {
        if (ahead < 1) {
            throw new IllegalArgumentException("ahead: %d (expected: >= 1)".formatted(ahead));
        }
        this.data = data;
        this.ready = new ArrayBlockingQueue<>(ahead + 2);
        this.free = new ArrayBlockingQueue<>(ahead + 1);
        for (int i = 0; i <= ahead; i++) {
            free.add(new Buffer());
        }
        this.thread = Thread.ofPlatform().daemon().name("perdure-prefetch").start(() -> prepareAll(recipes));
    }

    /**
     * Returns the next batch, waiting for it if need be, or nothing after the last. Its memory is valid until the next call
     * of this method or of {@link #close}.
     *
     * @throws RuntimeException what was thrown while this batch was prepared, such as {@link BadDataException}; every later
     *     call throws it again
     * @throws IllegalStateException after {@link #close}
     */
    public Optional<Batch> take() throws InterruptedException {
        if (closed) {
            throw new IllegalStateException("the prefetcher is closed");
        }
        if (last instanceof Prepared.Ready taken) {
            free.add(taken.buffer());
            last = new Prepared.Nothing();
        }
        if (last instanceof Prepared.Nothing) {
            last = ready.take();
        }
        return switch (last) {
            case Prepared.Ready taken -> Optional.of(taken.batch());
            case Prepared.End _ -> Optional.empty();
            case Prepared.Broken broken -> throw broken.cause();
            case Prepared.Fatal fatal -> throw fatal.cause();
            case Prepared.Nothing _ -> throw new AssertionError("nothing is never queued");
        };
    }

    /** Stops preparing and frees the memory, that of the batch last taken included. Waits for the preparing thread. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        thread.interrupt();
        joinThread();
        free(last);
        ready.forEach(Prefetcher::free);
        free.forEach(Buffer::close);
    }

    private static void free(Prepared prepared) {
        if (prepared instanceof Prepared.Ready unused) {
            unused.buffer().close();
        }
    }

    private void joinThread() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void prepareAll(Iterator<Recipe> recipes) {
        try {
            while (recipes.hasNext()) {
                Recipe recipe = recipes.next();
                Buffer buffer = free.take();
                ready.add(prepare(recipe, buffer));
            }
            ready.add(new Prepared.End());
        } catch (InterruptedException e) {
            // Only close() interrupts: nobody takes any more.
        } catch (RuntimeException e) {
            ready.add(new Prepared.Broken(e));
        } catch (Error e) {
            ready.add(new Prepared.Fatal(e));
        }
    }

    private Prepared prepare(Recipe recipe, Buffer buffer) {
        try {
            Batch batch = buffer.batch(data, recipe.ids().length);
            data.fill(recipe.ids(), recipe.augment(), batch);
            return new Prepared.Ready(buffer, batch);
        } catch (RuntimeException | Error e) {
            buffer.close();
            throw e;
        }
    }

    /** Native memory for one batch, which grows to the largest it had to hold. */
    private static final class Buffer {
        private @Nullable Arena arena;
        private @Nullable Batch whole;

        Batch batch(Dataset data, int samples) {
            Batch present = whole;
            if (present == null || present.samples() < samples) {
                close();
                arena = Arena.ofShared();
                present = data.allocate(samples, arena);
                whole = present;
            }
            return Dataset.first(present, samples);
        }

        void close() {
            if (arena != null) {
                arena.close();
                arena = null;
                whole = null;
            }
        }
    }
}
