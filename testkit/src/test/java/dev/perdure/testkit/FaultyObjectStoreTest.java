package dev.perdure.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.store.MemoryObjectStore;
import dev.perdure.store.ObjectStore;
import dev.perdure.store.StoreFullException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultyObjectStoreTest extends ObjectStoreContract {
    private static final byte[] HELLO = "hello".getBytes(UTF_8);

    private final ObjectStore disk = new MemoryObjectStore();

    @Override
    protected ObjectStore openEmpty() {
        return new FaultyObjectStore(new MemoryObjectStore(), FaultPlan.none());
    }

    @Override
    protected ObjectStore reopen(ObjectStore store) {
        return store;
    }

    private FaultyObjectStore faulty(Fault fault, long operation) {
        return new FaultyObjectStore(disk, FaultPlan.once(fault, operation));
    }

    @Test
    void failsBeforeAnythingIsDone() throws IOException {
        FaultyObjectStore store = faulty(Fault.ERROR_BEFORE, 1);
        store.putIfAbsent("a", HELLO);

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> store.putIfAbsent("b", HELLO))
                .withMessage("operation 1, put b: ERROR_BEFORE");
        assertThat(store.putIfAbsent("c", HELLO)).isTrue();
        assertThat(disk.list("")).containsExactly("a", "c");
        assertThat(store.tripped()).isTrue();
        assertThat(store.operations()).isEqualTo(3);
    }

    @Test
    void losesTheAnswerAfterAllIsDone() throws IOException {
        FaultyObjectStore store = faulty(Fault.ERROR_AFTER_EFFECT, 0);

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> store.putIfAbsent("a", HELLO));
        assertThat(disk.readAll("a")).isEqualTo(HELLO);
        FaultyObjectStore deleting = faulty(Fault.ERROR_AFTER_EFFECT, 0);
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> deleting.delete("a"));
        assertThat(disk.list("")).isEmpty();
    }

    @Test
    void tearsAWriteAndSaysThatAllIsWell() throws IOException {
        BitSet lengths = new BitSet();
        for (long seed = 0; seed < 100; seed++) {
            String name = "torn" + seed;
            FaultyObjectStore store = new FaultyObjectStore(disk, new FaultPlan(Fault.TORN_WRITE, 0, 1, seed));
            assertThat(store.putIfAbsent(name, List.of(MemorySegment.ofArray(HELLO), MemorySegment.ofArray(HELLO))))
                    .isTrue();
            byte[] torn = disk.readAll(name);
            lengths.set(torn.length);
            assertThat("hellohello").as("seed %d", seed).startsWith(new String(torn, UTF_8));
        }
        assertThat(lengths.stream()).as("every cut, but never the whole").containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    @Test
    void dropsDeadAfterATornWrite() throws IOException {
        FaultyObjectStore store = faulty(Fault.TORN_WRITE_THEN_CRASH, 1);
        store.size("a");

        assertThatExceptionOfType(SimulatedCrash.class).isThrownBy(() -> store.putIfAbsent("a", HELLO));
        assertThat(disk.size("a").orElseThrow()).isLessThan(5);
        assertDead(store);
    }

    @Test
    void findsNoRoomForPutsOnly() throws IOException {
        FaultyObjectStore store = new FaultyObjectStore(disk, FaultPlan.fromThenOn(Fault.STORE_FULL, 0));

        assertThatExceptionOfType(StoreFullException.class).isThrownBy(() -> store.putIfAbsent("a", HELLO));
        assertThatExceptionOfType(StoreFullException.class).isThrownBy(() -> store.putIfAbsent("b", HELLO));
        assertThat(store.list("")).isEmpty();
        assertThat(store.delete("a")).isFalse();
    }

    @Test
    void flipsOneBitOfWhatIsReadAndNoneOfWhatIsStored() throws IOException {
        disk.putIfAbsent("a", new byte[64]);
        BitSet bits = new BitSet();
        for (long seed = 0; seed < 200; seed++) {
            FaultPlan plan = new FaultPlan(Fault.FLIPPED_BIT_ON_READ, 1, 1, seed);
            byte[] read = new FaultyObjectStore(disk, plan).readAll("a");
            byte[] again = new FaultyObjectStore(disk, plan).readAll("a");

            BitSet flipped = BitSet.valueOf(read);
            assertThat(flipped.cardinality()).as("seed %d", seed).isEqualTo(1);
            assertThat(again).as("seed %d", seed).isEqualTo(read);
            bits.or(flipped);
        }
        assertThat(bits.cardinality()).as("positions are spread").isGreaterThan(100);
        assertThat(disk.readAll("a")).containsOnly(0);
    }

    @Test
    void isDeadAfterACrash() throws IOException {
        for (Fault fault : Arrays.stream(Fault.values()).filter(Fault::isCrash).toList()) {
            FaultyObjectStore store = faulty(fault, 0);
            String name = fault.name();
            assertThatExceptionOfType(SimulatedCrash.class).as(name).isThrownBy(() -> store.putIfAbsent(name, HELLO));
            assertDead(store);
            assertThat(store.operations()).as(name).isEqualTo(1);
        }
        assertThat(disk.list("")).containsExactly("CRASH_AFTER_EFFECT", "TORN_WRITE_THEN_CRASH");
        assertThat(disk.readAll("CRASH_AFTER_EFFECT")).isEqualTo(HELLO);
    }

    private static void assertDead(ObjectStore store) {
        assertThatExceptionOfType(SimulatedCrash.class).isThrownBy(() -> store.list(""));
        assertThatExceptionOfType(SimulatedCrash.class).isThrownBy(() -> store.putIfAbsent("later", HELLO));
        assertThatExceptionOfType(SimulatedCrash.class).isThrownBy(() -> store.delete("later"));
    }

    @Test
    void leavesOperationsAloneThatTheFaultDoesNotFit() throws IOException {
        disk.putIfAbsent("a", HELLO);
        for (Fault fault : List.of(Fault.TORN_WRITE, Fault.TORN_WRITE_THEN_CRASH, Fault.STORE_FULL)) {
            FaultyObjectStore store = faulty(fault, 0);
            assertThat(store.list("")).as("%s", fault).containsExactly("a");
            assertThat(store.reached()).isTrue();
            assertThat(store.tripped()).isFalse();
        }
        FaultyObjectStore store = faulty(Fault.FLIPPED_BIT_ON_READ, 0);
        assertThat(store.putIfAbsent("b", HELLO)).isTrue();
        assertThat(disk.readAll("b")).isEqualTo(HELLO);
    }

    @Test
    void saysWhenTheWorkHadFewerOperationsThanThePlan() throws IOException {
        FaultyObjectStore store = faulty(Fault.ERROR_BEFORE, 2);
        store.list("");
        store.list("");
        assertThat(store.reached()).isFalse();
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> store.list(""));
        assertThat(store.reached()).isTrue();
    }
}
