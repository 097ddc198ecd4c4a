package dev.perdure.gateway;

import dev.perdure.core.TensorData;
import dev.perdure.guard.DriftStanding;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at what is asked, off the path of requests. Whoever has a request leaves its input here, which costs next to nothing;
 * one thread comes by every 20 ms and looks at them. It rests so long after it has worked that it takes at most a fiftieth of one
 * core, whatever is asked; what waits meanwhile is bounded, and when half of the room is taken, chance decides what is left out.
 */
final class DriftWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DriftWatch.class);
    private static final long ITEMS_MAX = 8192;
    private static final long BYTES_MAX = 32 << 20;
    private static final long EVERY_NANOS = Duration.ofMillis(20).toNanos();
    private static final long REST_NANOS_MAX = Duration.ofSeconds(2).toNanos();
    private static final int RESTS = 49;

    /** @param isInner whether it is what an inner layer gave, not an input */
    private record Waiting(VersionDrift of, TensorData input, boolean isInner) {}

    private final BiConsumer<ServedVersion, DriftStanding.Change> told;
    private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicLong items = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong tickets;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread watcher;

    /**
     * Begins.
     *
     * @param seed of chance
     * @param told hears what changes, from the thread that looks
     */
    DriftWatch(long seed, BiConsumer<ServedVersion, DriftStanding.Change> told) {
        this.told = told;
        this.tickets = new AtomicLong(seed);
        this.watcher = Thread.ofPlatform().name("drift").daemon().start(this::run);
    }

    /** Leaves an input of a version that is watched, as it came. Does not block. */
    void add(VersionDrift of, TensorData input) {
        if (!add(new Waiting(of, input, false))) {
            of.leftOut(input.shape().size(0));
        }
    }

    /** Leaves what an inner layer gave for some inputs of a version that is watched. Does not block. */
    void addInner(VersionDrift of, TensorData numbers) {
        boolean _ = add(new Waiting(of, numbers, true));
    }

    /** Returns whether there is room for it. */
    private boolean add(Waiting next) {
        TensorData input = next.input();
        long size = input.shape().size(0);
        double full =
                Math.max((double) (items.get() + size) / ITEMS_MAX, (double) (bytes.get() + input.bytes()) / BYTES_MAX);
        if (full > 0.5 && full + chance() / 2 > 1) {
            return false;
        }
        items.addAndGet(size);
        bytes.addAndGet(input.bytes());
        return waiting.add(next);
    }

    /** Returns a number from 0 to 1. (Steele, Lea and Flood: Fast splittable pseudorandom number generators, 2014.) */
    private double chance() {
        long z = tickets.addAndGet(0x9e3779b97f4a7c15L);
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return ((z ^ (z >>> 31)) >>> 11) * 0x1.0p-53;
    }

    private void run() {
        long owed = EVERY_NANOS;
        try {
            while (!over.await(owed, TimeUnit.NANOSECONDS)) {
                long begin = System.nanoTime();
                while (System.nanoTime() - begin < EVERY_NANOS && one()) {}
                owed = Math.clamp(RESTS * (System.nanoTime() - begin), EVERY_NANOS, REST_NANOS_MAX);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether there was one. */
    private boolean one() {
        @Nullable Waiting next = waiting.poll();
        if (next == null) {
            return false;
        }
        items.addAndGet(-next.input().shape().size(0));
        bytes.addAndGet(-next.input().bytes());
        try {
            if (next.isInner()) {
                next.of().takeInner(next.input());
            } else {
                next.of().take(next.input(), change -> told.accept(next.of().version(), change));
            }
        } catch (RuntimeException e) {
            LOG.error(
                    "model {}: an input was not looked at for drift",
                    next.of().version().id(),
                    e);
        }
        return true;
    }

    @Override
    public void close() {
        over.countDown();
        try {
            watcher.join();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
