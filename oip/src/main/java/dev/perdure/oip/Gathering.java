package dev.perdure.oip;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Gathers what any threads give, for one thread to take all at once: however many give something before it comes to that, it is
 * woken once.
 */
final class Gathering<T> {
    private final Queue<T> gathered = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isDue = new AtomicBoolean();
    private final Executor thread;
    private final Consumer<Queue<T>> taker;

    /**
     * @param thread runs one thing after the other
     * @param taker takes out of the queue, by that thread; what it leaves there is for the next time
     */
    Gathering(Executor thread, Consumer<Queue<T>> taker) {
        this.thread = thread;
        this.taker = taker;
    }

    void add(T one) {
        gathered.add(one);
        wake();
    }

    /** Has it taken soon what was left. */
    void wake() {
        if (isDue.compareAndSet(false, true)) {
            thread.execute(this::take);
        }
    }

    private void take() {
        isDue.set(false);
        taker.accept(gathered);
    }
}
