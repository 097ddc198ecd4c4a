package dev.perdure.chaos;

import dev.perdure.engine.Collective;
import dev.perdure.engine.CollectiveFailedException;
import dev.perdure.engine.Collectives;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.ToWorker;
import dev.perdure.training.WorkerLink;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * One worker's network as that worker sees it. While it is cut, nothing leaves and nothing arrives, and what was meant to
 * arrives later, as over TCP; while it is slow, each exchange with others is held back.
 */
final class Network {
    private static final long LOOK_NANOS = 2_000_000;

    private final Runnable copies;
    private volatile long cutUntil = System.nanoTime();
    private volatile long slowUntil = System.nanoTime();
    private volatile long delayNanos;

    /** @param copies called when this worker is about to send a part of its state to others */
    Network(Runnable copies) {
        this.copies = copies;
    }

    void cut(Duration length) {
        cutUntil = System.nanoTime() + length.toNanos();
    }

    void slow(Duration length, Duration delay) {
        delayNanos = delay.toNanos();
        slowUntil = System.nanoTime() + length.toNanos();
    }

    /** Waits as long as nothing gets through. */
    private void pass(BooleanSupplier calledOff) {
        while (System.nanoTime() - cutUntil < 0 && !calledOff.getAsBoolean()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void delay() {
        if (System.nanoTime() - slowUntil < 0) {
            LockSupport.parkNanos(delayNanos);
        }
    }

    Collectives around(Collectives collectives) {
        return (meetingPoint, rank, size, generation, timeout) -> {
            pass(Thread.currentThread()::isInterrupted);
            return new Wire(collectives.meet(meetingPoint, rank, size, generation, timeout));
        };
    }

    private final class Wire implements Collective {
        private final Collective group;
        private volatile boolean broken;
        private boolean sendsState;

        Wire(Collective group) {
            this.group = group;
        }

        @Override
        public int rank() {
            return group.rank();
        }

        @Override
        public int size() {
            return group.size();
        }

        @Override
        public void exchange(String operation, List<Part> outgoing, List<Part> incoming) {
            if (sendsState && !outgoing.isEmpty()) {
                copies.run();
            }
            delay();
            pass(() -> broken);
            if (broken) {
                throw new CollectiveFailedException(operation, "rank " + rank(), "it was broken off");
            }
            group.exchange(operation, outgoing, incoming);
        }

        @Override
        public void broadcast(int source, Set<Integer> receivers, List<dev.perdure.core.TensorData> tensors) {
            sendsState = source == rank();
            Collective.super.broadcast(source, receivers, tensors);
            sendsState = false;
        }

        @Override
        public void abort() {
            broken = true;
            group.abort();
        }

        @Override
        public void close() {
            group.close();
        }
    }

    WorkerLink.Opener around(WorkerLink.Opener links) {
        return side -> new Line(links.open(new Far(side)));
    }

    /** What the supervisor's words come through. */
    private final class Far implements WorkerLink.Side {
        private final WorkerLink.Side side;

        Far(WorkerLink.Side side) {
            this.side = side;
        }

        @Override
        public FromWorker.Join join() {
            pass(() -> false);
            return side.join();
        }

        @Override
        public FromWorker.Heartbeat heartbeat() {
            pass(() -> false);
            return side.heartbeat();
        }

        @Override
        public void ordered(ToWorker order) {
            pass(() -> false);
            side.ordered(order);
        }
    }

    /** What goes to the supervisor, in order. */
    private final class Line implements WorkerLink {
        private final WorkerLink link;
        private final ExecutorService sender = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("chaos-line").factory());

        Line(WorkerLink link) {
            this.link = link;
        }

        @Override
        public void send(FromWorker message) {
            sender.execute(() -> {
                pass(() -> false);
                link.send(message);
            });
        }

        @Override
        public Duration alone() {
            return link.alone();
        }

        @Override
        public void close() {
            sender.close();
            link.close();
        }
    }
}
