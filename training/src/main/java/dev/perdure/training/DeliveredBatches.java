package dev.perdure.training;

import dev.perdure.data.Dataset;
import dev.perdure.data.Prefetcher;
import dev.perdure.engine.Batch;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Batches prepared ahead, each with the samples it was really made of: the ledger books what was delivered, not what was
 * planned.
 */
final class DeliveredBatches implements AutoCloseable {
    private final Queue<int[]> made = new ConcurrentLinkedQueue<>();
    private final Prefetcher prefetcher;

    DeliveredBatches(Dataset data, Iterator<Prefetcher.Recipe> recipes, int ahead) {
        this.prefetcher = new Prefetcher(data, noting(recipes), ahead);
    }

    /** A batch and the samples in it; its memory is valid until the next is taken. */
    record Delivered(Batch batch, int[] ids) {}

    Delivered take() throws InterruptedException {
        Batch batch = prefetcher.take().orElseThrow(() -> new AssertionError("as many batches as microbatches"));
        return new Delivered(batch, made.remove());
    }

    private Iterator<Prefetcher.Recipe> noting(Iterator<Prefetcher.Recipe> recipes) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return recipes.hasNext();
            }

            @Override
            public Prefetcher.Recipe next() {
                Prefetcher.Recipe recipe = recipes.next();
                made.add(recipe.ids());
                return recipe;
            }
        };
    }

    @Override
    public void close() {
        prefetcher.close();
    }
}
