package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.State;
import dev.perdure.store.MemoryObjectStore;
import dev.perdure.store.MirroredObjectStore;
import dev.perdure.store.ObjectStore;
import dev.perdure.testkit.Fault;
import dev.perdure.testkit.FaultPlan;
import dev.perdure.testkit.FaultyObjectStore;
import dev.perdure.testkit.SimulatedCrash;
import java.io.IOException;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every kind of fault at every store operation: what can be restored is the old state or the new one, whole. */
class CrashTest {
    private static final State FIRST = States.random(1);
    private static final State OLD = States.random(2);
    private static final State NEW = partlyLike(OLD);

    /** The new state shares most objects with the old one, as with frozen layers. */
    private static State partlyLike(State state) {
        State copy = States.copyOf(state);
        copy.tensor("model/fc1.weight").data().fill((byte) 7);
        return copy;
    }

    private static MemoryObjectStore diskWithOld() throws IOException {
        var disk = new MemoryObjectStore();
        Tests.save(disk, 50, FIRST);
        Tests.save(disk, 100, OLD);
        return disk;
    }

    @ParameterizedTest
    @EnumSource
    void aSaveLeavesTheOldOrTheNewState(Fault fault) throws IOException {
        for (int attempts : new int[] {1, 3}) {
            sweepFaults(fault, (disk, faulty) -> saveNew(faulty, Tests.options(attempts)));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSaveWithRetentionLeavesTheOldOrTheNewState(Fault fault) throws IOException {
        var options = Tests.options(2).withRetention(RetentionPolicy.newest(1));
        sweepFaults(fault, (disk, faulty) -> saveNew(faulty, options));
    }

    @ParameterizedTest
    @EnumSource
    void pruningLeavesTheNewestState(Fault fault) throws IOException {
        sweepFaults(fault, (disk, faulty) -> {
            Checkpoints.open(faulty, Tests.timeless()).prune(RetentionPolicy.newest(1));
            return false;
        });
    }

    @ParameterizedTest
    @EnumSource
    void rollingBackLeavesTheOldOrTheNewState(Fault fault) throws IOException {
        for (long n = 0; ; n++) {
            MemoryObjectStore disk = diskWithOld();
            var faulty = new FaultyObjectStore(disk, FaultPlan.once(fault, n));
            boolean returned = returns(() -> {
                Checkpoints.open(faulty, Tests.timeless()).rollback(new CheckpointName(1, 50));
                return true;
            });
            State found = Tests.restore(disk).state();
            boolean back = States.same(found, FIRST);
            assertThat(back || (!returned && States.same(found, OLD)))
                    .as("%s at operation %d", fault, n)
                    .isTrue();
            if (!faulty.reached()) {
                return;
            }
        }
    }

    /** One copy is damaged and the other whole; the fault hits the damaged or the whole side. */
    @ParameterizedTest
    @EnumSource
    void repairingLosesNoWholeCopy(Fault fault) throws IOException {
        for (boolean faultInMirror : new boolean[] {false, true}) {
            for (long n = 0; ; n++) {
                MemoryObjectStore primary = diskWithOld();
                MemoryObjectStore mirror = Tests.copyOf(primary);
                for (String object : primary.list(Paths.OBJECTS)) {
                    byte[] bytes = primary.readAll(object);
                    bytes[bytes.length - 1] ^= 1;
                    Tests.replace(primary, object, bytes);
                }
                var faulty = new FaultyObjectStore(faultInMirror ? mirror : primary, FaultPlan.once(fault, n));
                ObjectStore mirrored = faultInMirror
                        ? new MirroredObjectStore(primary, faulty, _ -> {})
                        : new MirroredObjectStore(faulty, mirror, _ -> {});
                returns(() -> Checkpoints.open(mirrored, Tests.timeless())
                        .repair(new CheckpointName(2, 100))
                        .isWhole());

                var after = new MirroredObjectStore(primary, mirror, _ -> {});
                States.assertSame(Tests.restore(after).state(), OLD);
                assertThat(Checkpoints.open(after)
                                .repair(new CheckpointName(2, 100))
                                .isWhole())
                        .as("%s at operation %d, mirror %s", fault, n, faultInMirror)
                        .isTrue();
                assertThat(Checkpoints.open(after)
                                .repair(new CheckpointName(1, 50))
                                .isWhole())
                        .isTrue();
                Tests.assertAllWhole(primary);
                Tests.assertAllWhole(mirror);
                if (!faulty.reached()) {
                    break;
                }
            }
        }
    }

    @Test
    void aFaultThatLastsStopsTheSaveAndLosesNothing() throws IOException {
        for (Fault fault : new Fault[] {Fault.ERROR_BEFORE, Fault.ERROR_AFTER_EFFECT, Fault.STORE_FULL}) {
            for (long n = 0; ; n++) {
                MemoryObjectStore disk = diskWithOld();
                var faulty = new FaultyObjectStore(disk, FaultPlan.fromThenOn(fault, n));
                boolean returned = returns(() -> saveNew(faulty, Tests.options(2)));
                checkOldOrNew(disk, returned, fault, n);
                if (!faulty.reached()) {
                    break;
                }
            }
        }
    }

    private interface Work {
        /** Returns whether the new state was saved, as far as the caller was told. */
        boolean run(MemoryObjectStore disk, ObjectStore faulty) throws IOException;
    }

    private interface Attempt {
        boolean run() throws IOException;
    }

    private static void sweepFaults(Fault fault, Work work) throws IOException {
        for (long n = 0; ; n++) {
            MemoryObjectStore disk = diskWithOld();
            var faulty = new FaultyObjectStore(disk, FaultPlan.once(fault, n));
            boolean returned = returns(() -> work.run(disk, faulty));
            checkOldOrNew(disk, returned, fault, n);
            checkLifeGoesOn(disk, fault, n);
            if (!faulty.reached()) {
                assertThat(n).as("operations").isGreaterThan(5);
                return;
            }
        }
    }

    private static boolean returns(Attempt attempt) {
        try {
            return attempt.run();
        } catch (IOException | SimulatedCrash e) {
            return false;
        }
    }

    private static boolean saveNew(ObjectStore store, CheckpointerOptions options) throws IOException {
        boolean durable = false;
        try (var checkpoints = Checkpointer.open(store, options)) {
            PendingSave save = checkpoints.save(200, NEW);
            try {
                durable = save.durable().join() != null;
            } catch (CompletionException e) {
                // The old state must be there, then.
            }
        } catch (IOException e) {
            assertThat(durable).as("close throws only when the save failed").isFalse();
        }
        return durable;
    }

    private static void checkOldOrNew(MemoryObjectStore disk, boolean returned, Fault fault, long n)
            throws IOException {
        State found = Tests.restore(disk).state();
        boolean isNew = States.same(found, NEW);
        assertThat(isNew || States.same(found, OLD))
                .as("%s at operation %d: old or new", fault, n)
                .isTrue();
        assertThat(isNew || !returned)
                .as("%s at operation %d: what was durable is found", fault, n)
                .isTrue();
    }

    /** The next process saves, deletes what is old, and leaves a clean store. */
    private static void checkLifeGoesOn(MemoryObjectStore disk, Fault fault, long n) throws IOException {
        State next = States.random(9);
        var options = Tests.options(1).withRetention(RetentionPolicy.newest(1));
        try (var checkpoints = Checkpointer.open(disk, options)) {
            checkpoints.save(300, next);
        }
        States.assertSame(Tests.restore(disk).state(), next);
        Tests.assertAllWhole(disk);
        assertThat(Tests.garbage(disk))
                .as("%s at operation %d: garbage", fault, n)
                .isEmpty();
        assertThat(disk.list(Paths.CHECKPOINTS)).hasSize(1);
        assertThat(disk.list(Paths.SAVING)).isEmpty();
    }
}
