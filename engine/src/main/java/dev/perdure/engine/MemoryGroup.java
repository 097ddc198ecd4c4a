package dev.perdure.engine;

import dev.perdure.engine.Collective.Part;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** What the members of a group in one process share. A receiver copies straight from the sender's memory. */
final class MemoryGroup {
    private static final String MEETING = "meeting";

    private final int size;
    private final long generation;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final BitSet present = new BitSet();
    private final Map<Way, Deque<Offer>> offers = new HashMap<>();

    /** Who has left, and why. */
    private final Map<Integer, String> gone = new HashMap<>();

    private record Way(int from, int to) {}

    /** Memory that a sender holds out until it is taken. */
    private static final class Offer {
        private final MemorySegment memory;
        private boolean taken;

        private Offer(MemorySegment memory) {
            this.memory = memory;
        }
    }

    MemoryGroup(int size, long generation) {
        this.size = size;
        this.generation = generation;
    }

    Collective join(int rank, Duration timeout) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            if (present.get(rank)) {
                throw new IllegalArgumentException(
                        "rank %d of generation %d has already come".formatted(rank, generation));
            }
            present.set(rank);
            changed.signalAll();
            var member = new Member(rank);
            awaitAll(member, timeout);
            return member;
        } catch (InterruptedException e) {
            present.clear(rank);
            throw e;
        } finally {
            lock.unlock();
        }
    }

    private void awaitAll(Member member, Duration timeout) throws InterruptedException {
        long nanos = timeout.toNanos();
        while (present.cardinality() < size) {
            if (nanos <= 0) {
                member.leave("only ranks %s came within %s".formatted(present, timeout));
                member.failIfGone(MEETING, member.rank);
            }
            nanos = changed.awaitNanos(nanos);
        }
    }

    private String name(int rank) {
        return "rank %d of %d, generation %d".formatted(rank, size, generation);
    }

    private final class Member implements Collective {
        private final int rank;

        private Member(int rank) {
            this.rank = rank;
        }

        @Override
        public int rank() {
            return rank;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public void exchange(String operation, List<Part> outgoing, List<Part> incoming) {
            outgoing.forEach(this::check);
            incoming.forEach(this::check);
            lock.lock();
            try {
                transfer(operation, outgoing, incoming);
            } catch (CollectiveFailedException e) {
                leave("a failure: " + e.getMessage());
                throw e;
            } finally {
                lock.unlock();
            }
        }

        private void transfer(String operation, List<Part> outgoing, List<Part> incoming) {
            failIfGone(operation, rank);
            List<Offer> own = offer(outgoing);
            for (Part part : incoming) {
                take(operation, part);
            }
            for (int i = 0; i < own.size(); i++) {
                Offer offer = own.get(i);
                await(operation, outgoing.get(i).member(), () -> offer.taken);
            }
        }

        private void check(Part part) {
            if (part.member() < 0 || part.member() >= size || part.member() == rank) {
                throw new IllegalArgumentException(
                        "rank: %d (expected: another member's, 0 to %d)".formatted(part.member(), size - 1));
            }
        }

        private List<Offer> offer(List<Part> outgoing) {
            List<Offer> own = new ArrayList<>();
            for (Part part : outgoing) {
                var offer = new Offer(part.memory());
                way(rank, part.member()).addLast(offer);
                own.add(offer);
            }
            changed.signalAll();
            return own;
        }

        private void take(String operation, Part part) {
            Deque<Offer> way = way(part.member(), rank);
            await(operation, part.member(), () -> !way.isEmpty());
            Offer offer = way.removeFirst();
            if (offer.memory.byteSize() != part.memory().byteSize()) {
                leave("%d bytes came from rank %d (expected: %d)"
                        .formatted(
                                offer.memory.byteSize(),
                                part.member(),
                                part.memory().byteSize()));
                failIfGone(operation, rank);
            }
            part.memory().copyFrom(offer.memory);
            offer.taken = true;
            changed.signalAll();
        }

        private Deque<Offer> way(int from, int to) {
            return offers.computeIfAbsent(new Way(from, to), _ -> new ArrayDeque<>());
        }

        private void await(String operation, int other, BooleanSupplier condition) {
            while (!condition.getAsBoolean()) {
                failIfGone(operation, rank);
                failIfGone(operation, other);
                changed.awaitUninterruptibly();
            }
        }

        private void failIfGone(String operation, int member) {
            String why = gone.get(member);
            if (why != null) {
                throw new CollectiveFailedException(
                        operation, name(rank), "rank %d has left: %s".formatted(member, why));
            }
        }

        @Override
        public void abort() {
            leave("aborted");
        }

        @Override
        public void close() {
            leave("closed");
        }

        /** Nobody may read this member's memory from now on. */
        private void leave(String why) {
            lock.lock();
            try {
                gone.putIfAbsent(rank, why);
                offers.forEach((way, untaken) -> {
                    if (way.from() == rank) {
                        untaken.clear();
                    }
                });
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
