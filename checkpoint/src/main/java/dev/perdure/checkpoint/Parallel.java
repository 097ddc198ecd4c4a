package dev.perdure.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs numbered tasks on a few threads of its own and the calling one. */
final class Parallel {
    private Parallel() {}

    interface Task {
        void run(int index) throws IOException;
    }

    /**
     * Runs the tasks 0 to {@code count - 1}, each once, and returns when all have ended. After the first failure no
     * further one is begun, and that failure is thrown.
     *
     * @param worker called once in each thread, so that each has its own buffers
     */
    static void forEach(int threads, int count, Supplier<Task> worker) throws IOException {
        var next = new AtomicInteger();
        var failure = new AtomicReference<@Nullable Throwable>();
        Runnable work = () -> work(next, count, worker, failure);
        List<Thread> helpers = new ArrayList<>();
        for (int i = 1; i < Math.min(threads, count); i++) {
            helpers.add(
                    Thread.ofPlatform().daemon().name("perdure-checkpoint-" + i).start(work));
        }
        work.run();
        helpers.forEach(Parallel::join);
        rethrow(failure.get());
    }

    private static void work(
            AtomicInteger next, int count, Supplier<Task> worker, AtomicReference<@Nullable Throwable> failure) {
        try {
            Task task = worker.get();
            for (int i = next.getAndIncrement(); i < count && failure.get() == null; i = next.getAndIncrement()) {
                task.run(i);
            }
        } catch (Throwable e) {
            failure.compareAndSet(null, e);
        }
    }

    /** Waits whatever happens: the helpers hold memory of the caller's. */
    private static void join(Thread helper) {
        boolean interrupted = false;
        while (true) {
            try {
                helper.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void rethrow(@Nullable Throwable failure) throws IOException {
        switch (failure) {
            case null -> {}
            case IOException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IOException(failure);
        }
    }
}
