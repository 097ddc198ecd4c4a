package dev.perdure.checkpoint;

import dev.perdure.store.ObjectStore;
import dev.perdure.testkit.SimulatedCrash;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Runs several processes on one store, one operation at a time, in an order that a seed decides: the same seed, the same
 * order. The seed also decides how often turns change: from after every operation to seldom. Each process must use its
 * store from one thread at a time.
 */
final class Turns {
    private static final int NOBODY = -1;

    private final ObjectStore disk;
    private final Random random;
    private final int waitMax;
    private final double steadiness;
    private final SortedSet<Integer> alive = new TreeSet<>();
    private final SortedMap<Integer, Integer> waiting = new TreeMap<>();
    private final List<String> order = Collections.synchronizedList(new ArrayList<>());
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int next = NOBODY;
    private int last = NOBODY;

    /** @param waitMax no process waits for more turns of others than this */
    Turns(ObjectStore disk, long seed, int waitMax) {
        this.disk = disk;
        this.random = new Random(seed);
        this.waitMax = waitMax;
        this.steadiness = 1 - Math.pow(2, -8 * random.nextDouble());
    }

    interface Body {
        void run(Seat seat) throws Exception;
    }

    /** A process sees the store through this, and pauses through it. It dies at a given operation, if at all. */
    final class Seat implements ObjectStore {
        private final int id;
        private long operationsLeft;

        Seat(int id, long operationsLeft) {
            this.id = id;
            this.operationsLeft = operationsLeft;
        }

        private void turn(String what) {
            awaitTurn(id);
            if (operationsLeft-- <= 0) {
                throw new SimulatedCrash("process " + id + " dies before " + what);
            }
            order.add(id + " " + what);
        }

        Surroundings surroundings() {
            var count = new java.util.concurrent.atomic.AtomicLong();
            return new Surroundings(
                    () -> Tests.NOW,
                    () -> 0,
                    _ -> turn("pause"),
                    () -> "p%d-%d".formatted(id, count.incrementAndGet()));
        }

        @Override
        public boolean putIfAbsent(String name, List<MemorySegment> pieces) throws IOException {
            turn("put " + name);
            return disk.putIfAbsent(name, pieces);
        }

        @Override
        public OptionalLong size(String name) throws IOException {
            turn("size " + name);
            return disk.size(name);
        }

        @Override
        public long read(String name, long offset, MemorySegment target) throws IOException {
            turn("read " + name);
            return disk.read(name, offset, target);
        }

        @Override
        public List<String> list(String prefix) throws IOException {
            turn("list " + prefix);
            return disk.list(prefix);
        }

        @Override
        public boolean delete(String name) throws IOException {
            turn("delete " + name);
            return disk.delete(name);
        }
    }

    /** Adds a process, which stands still until {@link #run}. */
    void process(int id, long diesAtOperation, Body body) {
        alive.add(id);
        var seat = new Seat(id, diesAtOperation);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                body.run(seat);
            } catch (Exception | SimulatedCrash e) {
                order.add(id + " ended: " + e);
            } finally {
                end(id);
            }
        });
    }

    private void awaitTurn(int id) {
        lock.lock();
        try {
            waiting.put(id, 0);
            changed.signalAll();
            while (next != id) {
                changed.awaitUninterruptibly();
            }
            waiting.remove(id);
            next = NOBODY;
        } finally {
            lock.unlock();
        }
    }

    private void end(int id) {
        lock.lock();
        try {
            alive.remove(id);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Gives turns until all processes have ended. */
    void run() {
        lock.lock();
        try {
            while (awaitAllAtTheGate()) {
                next = choose();
                waiting.replaceAll((id, turns) -> turns + 1);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether anybody is left. */
    private boolean awaitAllAtTheGate() {
        while (next != NOBODY || !waiting.keySet().containsAll(alive)) {
            changed.awaitUninterruptibly();
        }
        return !alive.isEmpty();
    }

    /** Lets the same process go on, or draws the next; whoever waited for too long comes first. */
    private int choose() {
        for (var entry : waiting.entrySet()) {
            if (entry.getValue() >= waitMax) {
                last = entry.getKey();
                return last;
            }
        }
        List<Integer> ids = List.copyOf(waiting.keySet());
        if (!ids.contains(last) || random.nextDouble() >= steadiness) {
            last = ids.get(random.nextInt(ids.size()));
        }
        return last;
    }

    /** Returns what happened, for the message of a failure. */
    String order() {
        return String.join("\n", order);
    }
}
