package dev.perdure.checkpoint;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The copying of a state's tensors into a snapshot, by as many threads as care to help. It is done when the last batch
 * is: from then on nobody reads the live tensors any more, whether it succeeded or not.
 */
final class Capture {
    private final List<MemorySegment> sources;
    private final List<List<Snapshot.Copy>> batches;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger left;
    private final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    private volatile @Nullable Throwable failure;

    Capture(List<MemorySegment> sources, List<List<Snapshot.Copy>> batches) {
        this.sources = sources;
        this.batches = batches;
        this.left = new AtomicInteger(batches.size());
    }

    /** Copies on this thread and some more until no batch is left to begin. */
    void help(int threads) {
        for (int i = 1; i < threads; i++) {
            Thread.ofPlatform().daemon().name("perdure-copy-" + i).start(this::help);
        }
        help();
    }

    private void help() {
        for (int i = next.getAndIncrement(); i < batches.size(); i = next.getAndIncrement()) {
            try {
                copy(batches.get(i));
            } catch (RuntimeException | Error e) {
                failure = e;
            }
            if (left.decrementAndGet() == 0) {
                finish();
            }
        }
    }

    private void copy(List<Snapshot.Copy> batch) {
        if (failure == null) {
            for (Snapshot.Copy copy : batch) {
                MemorySegment source = sources.get(copy.tensor());
                MemorySegment.copy(source, copy.from(), copy.image(), copy.to(), copy.bytes());
            }
        }
    }

    private void finish() {
        Throwable problem = failure;
        if (problem == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(problem);
        }
    }

    /** Completes when nobody reads the live tensors any more. */
    CompletableFuture<@Nullable Void> done() {
        return done;
    }
}
