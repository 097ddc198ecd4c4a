package dev.perdure.gateway;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Deals with what is told one after the other, in the order in which it was told, on whichever thread is there: who tells something
 * while nobody deals with anything does so itself, and with what is told meanwhile. So nothing costs a change of threads, unless
 * two tell something at once. A thread of its own tells the time.
 *
 * <p>Flat combining, after Hendler, Incze, Shavit and Tzafrir, "Flat Combining and the Synchronization-Parallelism Tradeoff",
 * SPAA 2010.
 */
final class Serially<E> {
    /** While anything is under way, the time at which the next thing is due may change. */
    private static final long LOOK_NANOS = 2_000_000;

    private final Dealer<E> dealer;
    private final E tick;
    private final long idleNanos;
    private final Queue<E> told = new ConcurrentLinkedQueue<>();
    private final ReentrantLock dealing = new ReentrantLock();
    private final Thread clock;
    private volatile long dueNanos = System.nanoTime();
    private volatile boolean isOver;

    /** Deals with things. It is never called by two threads at once, nor from within itself, and must not block. */
    interface Dealer<E> {
        /** Deals with one; what it throws goes to whoever told something. */
        void deal(E event);

        /** Returns the {@link System#nanoTime} at which the time is to be told at the latest. */
        long dueNanos();

        /** Whether that may change before. */
        boolean isBusy();
    }

    /**
     * Nothing is told the time before {@link #start}.
     *
     * @param tick what tells the time
     * @param idle how long the clock sleeps at most
     */
    Serially(String name, Dealer<E> dealer, E tick, Duration idle) {
        this.dealer = dealer;
        this.tick = tick;
        this.idleNanos = idle.toNanos();
        this.clock = Thread.ofPlatform().name(name).unstarted(this::watchClock);
    }

    void start() {
        clock.start();
    }

    /** May be called from any thread, also from one that deals with something: then that is ended first. */
    void tell(E event) {
        told.add(event);
        while (!told.isEmpty() && !dealing.isHeldByCurrentThread() && dealing.tryLock()) {
            try {
                deal();
            } finally {
                dealing.unlock();
            }
        }
    }

    private void deal() {
        for (@Nullable E next = told.poll(); next != null && !isOver; next = told.poll()) {
            dealer.deal(next);
            dueNanos = dealer.dueNanos();
        }
    }

    private void watchClock() {
        while (!isOver) {
            long left = dueNanos - System.nanoTime();
            if (left <= 0) {
                tell(tick);
                left = LOOK_NANOS / 2; // unless another deals with it, and has not come to it yet
            }
            LockSupport.parkNanos(Math.min(left, dealer.isBusy() ? LOOK_NANOS : idleNanos));
        }
    }

    /** Deals with nothing more, and returns when nothing is dealt with. */
    void end() throws InterruptedException {
        isOver = true;
        LockSupport.unpark(clock);
        clock.join();
        while (dealing.isLocked()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
