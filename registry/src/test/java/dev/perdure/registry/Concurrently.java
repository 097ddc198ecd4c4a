package dev.perdure.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Does something in several threads at once. */
final class Concurrently {
    private Concurrently() {}

    interface Part {
        void run(int thread) throws Exception;
    }

    /** Starts all at one moment and waits for all; throws what any of them threw. */
    static void run(int threads, Part part) throws Exception {
        var start = new CyclicBarrier(threads);
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> parts = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                parts.add(executor.submit(() -> {
                    start.await();
                    part.run(thread);
                    return null;
                }));
            }
            for (Future<?> done : parts) {
                done.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError("in one of %d threads".formatted(threads), e.getCause());
        }
    }
}
