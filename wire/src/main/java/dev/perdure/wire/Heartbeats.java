package dev.perdure.wire;

import dev.perdure.supervision.FromWorker;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signs of life at a steady pace, from a thread that nothing else can hold up. */
final class Heartbeats implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);

    private final Supplier<FromWorker.Heartbeat> source;
    private final BlockingQueue<Order> orders = new LinkedBlockingQueue<>();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("worker-heartbeats").unstarted(this::run);

    private sealed interface Order {
        record Beat(long paceNanos, Consumer<FromWorker.Heartbeat> to) implements Order {}

        record Rest() implements Order {}

        record End() implements Order {}
    }

    Heartbeats(Supplier<FromWorker.Heartbeat> source) {
        this.source = source;
        thread.start();
    }

    /** Beats from now on at this pace, the first time at once. */
    void begin(Duration pace, Consumer<FromWorker.Heartbeat> to) {
        orders.add(new Order.Beat(pace.toNanos(), to));
    }

    void rest() {
        orders.add(new Order.Rest());
    }

    private void run() {
        try {
            Order order = orders.take();
            while (!(order instanceof Order.End)) {
                order = order instanceof Order.Beat beat ? beat(beat) : orders.take();
            }
        } catch (InterruptedException e) {
            LOG.warn("Interrupted: no more heartbeats");
        }
    }

    /** Beats until the next order. A beat that comes late does not make up for those that were missed. */
    private Order beat(Order.Beat beat) throws InterruptedException {
        long due = System.nanoTime();
        @Nullable Order next = null;
        while (next == null) {
            try {
                beat.to().accept(source.get());
            } catch (RuntimeException e) {
                LOG.error("No heartbeat could be sent", e);
            }
            due = Math.max(due + beat.paceNanos(), System.nanoTime());
            next = orders.poll(due - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
        return next;
    }

    /** Ends the thread, and waits for it. */
    @Override
    public void close() {
        orders.add(new Order.End());
        Threads.join(thread);
    }
}
