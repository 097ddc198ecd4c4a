package dev.perdure.testkit;

import dev.perdure.core.Seeds;
import dev.perdure.store.ObjectStore;
import dev.perdure.store.StoreFullException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A store that misbehaves according to a plan. Whoever claims to survive faults is tried with each of them at every
 * operation:
 *
 * <pre>{@code
 * for (Fault fault : Fault.values()) {
 *     FaultyObjectStore faulty;
 *     for (long n = 0; ; n++) {
 *         ObjectStore disk = new MemoryObjectStore();
 *         faulty = new FaultyObjectStore(disk, FaultPlan.once(fault, n));
 *         try { work(faulty); } catch (IOException | SimulatedCrash e) { ... }
 *         // a new process sees what is on the disk: check it there
 *         if (!faulty.reached()) break;
 *     }
 * }
 * }</pre>
 *
 * <p>A fault that does not fit the kind of operation (a torn read) leaves that operation alone, see {@link #tripped}.
 * After a crash every operation throws {@link SimulatedCrash}, as the process would be gone. Operations are counted in the
 * order in which they begin, each once, whatever the store does inside; those of several threads in whatever order the
 * threads come.
 */
public final class FaultyObjectStore implements ObjectStore {
    private final ObjectStore store;
    private final FaultPlan plan;
    private final AtomicLong operations = new AtomicLong();
    private volatile boolean tripped;
    private volatile boolean crashed;

    public FaultyObjectStore(ObjectStore store, FaultPlan plan) {
        this.store = store;
        this.plan = plan;
    }

    /** Returns how many operations were begun, those that failed included, those after a crash not. */
    public long operations() {
        return operations.get();
    }

    /** Returns whether there were so many operations that the plan's first one came. */
    public boolean reached() {
        return operations.get() > plan.first();
    }

    /** Returns whether anything went wrong. */
    public boolean tripped() {
        return tripped;
    }

    @Override
    public boolean putIfAbsent(String name, List<MemorySegment> pieces) throws IOException {
        return misbehaving("put " + name, new Operation<>() {
            @Override
            public Boolean run() throws IOException {
                return store.putIfAbsent(name, pieces);
            }

            @Override
            public boolean canBeFull() {
                return true;
            }

            @Override
            public boolean canTear() {
                return pieces.stream().anyMatch(piece -> piece.byteSize() > 0);
            }

            @Override
            public Boolean runTorn() throws IOException {
                return store.putIfAbsent(name, beginningOf(pieces));
            }
        });
    }

    @Override
    public OptionalLong size(String name) throws IOException {
        return misbehaving("size " + name, () -> store.size(name));
    }

    @Override
    public long read(String name, long offset, MemorySegment target) throws IOException {
        return misbehaving("read " + name, new Operation<>() {
            @Override
            public Long run() throws IOException {
                return store.read(name, offset, target);
            }

            @Override
            public boolean flip(Long copied) {
                return flipBit(target.asSlice(0, copied));
            }
        });
    }

    @Override
    public List<String> list(String prefix) throws IOException {
        return misbehaving("list " + prefix, () -> store.list(prefix));
    }

    @Override
    public boolean delete(String name) throws IOException {
        return misbehaving("delete " + name, () -> store.delete(name));
    }

    @Override
    public String toString() {
        return "faulty " + store;
    }

    /** What is done when all is well, and what can go wrong with this kind of operation in particular. */
    private interface Operation<T> {
        T run() throws IOException;

        default boolean canBeFull() {
            return false;
        }

        default boolean canTear() {
            return false;
        }

        default T runTorn() throws IOException {
            return run();
        }

        /** Returns whether there was a bit to flip. */
        default boolean flip(T answer) {
            return false;
        }
    }

    private <T> T misbehaving(String what, Operation<T> operation) throws IOException {
        if (crashed) {
            throw new SimulatedCrash("the process is gone: " + what);
        }
        long number = operations.getAndIncrement();
        if (!plan.covers(number)) {
            return operation.run();
        }
        String message = "operation %d, %s: %s".formatted(number, what, plan.fault());
        return switch (plan.fault()) {
            case ERROR_BEFORE -> throw error(message);
            case ERROR_AFTER_EFFECT -> {
                operation.run();
                throw error(message);
            }
            case TORN_WRITE -> operation.canTear() ? torn(operation) : operation.run();
            case TORN_WRITE_THEN_CRASH -> {
                if (operation.canTear()) {
                    operation.runTorn();
                    throw crash(message);
                }
                yield operation.run();
            }
            case STORE_FULL -> {
                if (operation.canBeFull()) {
                    tripped = true;
                    throw new StoreFullException(message, null);
                }
                yield operation.run();
            }
            case FLIPPED_BIT_ON_READ -> {
                T answer = operation.run();
                tripped |= operation.flip(answer);
                yield answer;
            }
            case CRASH_BEFORE -> throw crash(message);
            case CRASH_AFTER_EFFECT -> throw crashAfter(operation, message);
        };
    }

    private SimulatedCrash crashAfter(Operation<?> operation, String message) {
        try {
            operation.run();
        } catch (IOException e) {
            // Nobody is there to hear of it.
            return crash(message + ", " + e);
        }
        return crash(message);
    }

    private <T> T torn(Operation<T> operation) throws IOException {
        tripped = true;
        return operation.runTorn();
    }

    private IOException error(String message) {
        tripped = true;
        return new IOException(message);
    }

    private SimulatedCrash crash(String message) {
        tripped = true;
        crashed = true;
        return new SimulatedCrash(message);
    }

    /** Returns the pieces up to a place that the seed chooses: at least nothing, at most all but one byte. */
    private List<MemorySegment> beginningOf(List<MemorySegment> pieces) {
        long size = pieces.stream().mapToLong(MemorySegment::byteSize).sum();
        long left = Long.remainderUnsigned(Seeds.mix(plan.seed()), size);
        List<MemorySegment> beginning = new ArrayList<>();
        for (MemorySegment piece : pieces) {
            long kept = Math.min(left, piece.byteSize());
            beginning.add(piece.asSlice(0, kept));
            left -= kept;
        }
        return beginning;
    }

    private boolean flipBit(MemorySegment bytes) {
        if (bytes.byteSize() == 0) {
            return false;
        }
        long bit = Long.remainderUnsigned(Seeds.mix(plan.seed()), bytes.byteSize() * Byte.SIZE);
        byte old = bytes.get(ValueLayout.JAVA_BYTE, bit / Byte.SIZE);
        bytes.set(ValueLayout.JAVA_BYTE, bit / Byte.SIZE, (byte) (old ^ (1 << (bit % Byte.SIZE))));
        return true;
    }
}
