package dev.perdure.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.core.Backoff;
import dev.perdure.store.MemoryObjectStore;
import dev.perdure.store.ObjectStore;
import dev.perdure.store.RetryingObjectStore;
import dev.perdure.store.RetryingObjectStore.Retry;
import dev.perdure.store.StoreFullException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RetryingObjectStoreTest extends ObjectStoreContract {
    private static final byte[] HELLO = "hello".getBytes(UTF_8);
    private static final Backoff BACKOFF = new Backoff(4, Duration.ofMillis(10), Duration.ofMillis(30));

    private final ObjectStore disk = new MemoryObjectStore();
    private final List<Retry> retries = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();

    @Override
    protected ObjectStore openEmpty() {
        return retrying(new MemoryObjectStore());
    }

    @Override
    protected ObjectStore reopen(ObjectStore store) {
        return store;
    }

    private RetryingObjectStore retrying(ObjectStore store) {
        return new RetryingObjectStore(store, BACKOFF, pauses::add, retries::add);
    }

    private RetryingObjectStore retrying(FaultPlan plan) {
        return retrying(new FaultyObjectStore(disk, plan));
    }

    @Test
    void getsOverAFaultOfAnyOperation() throws IOException {
        for (Fault fault : List.of(Fault.ERROR_BEFORE, Fault.ERROR_AFTER_EFFECT)) {
            for (long n = 0; n < 7; n++) {
                ObjectStore store = retrying(new FaultyObjectStore(new MemoryObjectStore(), FaultPlan.once(fault, n)));
                String as = fault + " at " + n;
                assertThat(store.putIfAbsent("a", HELLO)).as(as).isTrue();
                assertThat(store.putIfAbsent("a", "other".getBytes(UTF_8)))
                        .as(as)
                        .isFalse();
                assertThat(store.readAll("a")).as(as).isEqualTo(HELLO);
                assertThat(store.list("")).as(as).containsExactly("a");
                assertThat(store.delete("a")).as(as).isTrue();
                assertThat(store.size("a")).as(as).isEmpty();
            }
        }
        assertThat(retries).hasSize(14);
    }

    @Test
    void reportsEveryFailureBeforeItsPause() throws IOException {
        assertThat(retrying(new FaultPlan(Fault.ERROR_BEFORE, 0, 3, 0)).putIfAbsent("a", HELLO))
                .isTrue();

        assertThat(retries).extracting(Retry::operation).containsOnly("put");
        assertThat(retries).extracting(Retry::name).containsOnly("a");
        assertThat(retries).extracting(Retry::attempt).containsExactly(1, 2, 3);
        assertThat(retries)
                .extracting(retry -> retry.failure().getMessage())
                .containsExactly(
                        "operation 0, put a: ERROR_BEFORE",
                        "operation 1, put a: ERROR_BEFORE",
                        "operation 2, put a: ERROR_BEFORE");
        assertThat(pauses).containsExactly(Duration.ofMillis(10), Duration.ofMillis(20), Duration.ofMillis(30));
        assertThat(retries).extracting(Retry::pause).isEqualTo(pauses);
    }

    @Test
    void givesUpWithTheLastFailureAndAllBeforeIt() {
        RetryingObjectStore store = retrying(FaultPlan.fromThenOn(Fault.ERROR_BEFORE, 0));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> store.list("x"))
                .withMessage("operation 3, list x: ERROR_BEFORE")
                .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessage("operation 2, list x: ERROR_BEFORE"));
        assertThat(retries).hasSize(3);
    }

    @Test
    void takesAnObjectForOursWhenTheAnswerWasLostAndTheBytesAreOurs() throws IOException {
        assertThat(retrying(FaultPlan.once(Fault.ERROR_AFTER_EFFECT, 0)).putIfAbsent("a", HELLO))
                .isTrue();
        assertThat(disk.readAll("a")).isEqualTo(HELLO);
    }

    @Test
    void doesNotTakeAnObjectForOursWhenTheBytesAreNot() throws IOException {
        disk.putIfAbsent("same-length", "HELLO".getBytes(UTF_8));
        disk.putIfAbsent("longer", "hello!".getBytes(UTF_8));
        disk.putIfAbsent("shorter", "hell".getBytes(UTF_8));
        for (String name : disk.list("")) {
            assertThat(retrying(FaultPlan.once(Fault.ERROR_BEFORE, 0)).putIfAbsent(name, HELLO))
                    .as(name)
                    .isFalse();
        }
        assertThat(disk.readAll("same-length")).isEqualTo("HELLO".getBytes(UTF_8));
    }

    @Test
    void doesNotTakeATornWriteForOurs() throws IOException {
        ObjectStore tearing = new FaultyObjectStore(disk, FaultPlan.once(Fault.TORN_WRITE, 0));
        ObjectStore losing = new FaultyObjectStore(tearing, FaultPlan.once(Fault.ERROR_AFTER_EFFECT, 0));

        assertThat(retrying(losing).putIfAbsent("a", HELLO)).isFalse();
    }

    @Test
    void doesNotTryAgainWhatCannotHeal() throws IOException {
        RetryingObjectStore full = retrying(FaultPlan.fromThenOn(Fault.STORE_FULL, 0));
        RetryingObjectStore fine = retrying(disk);
        disk.putIfAbsent("folder/a", HELLO);

        assertThatExceptionOfType(StoreFullException.class).isThrownBy(() -> full.putIfAbsent("a", HELLO));
        assertThatExceptionOfType(NoSuchFileException.class).isThrownBy(() -> fine.readAll("absent"));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> fine.putIfAbsent("folder", HELLO));
        assertThat(retries).isEmpty();
        assertThat(pauses).isEmpty();
    }

    @Test
    void doesNotGoOnAfterACrash() {
        RetryingObjectStore store = retrying(FaultPlan.once(Fault.CRASH_AFTER_EFFECT, 0));

        assertThatExceptionOfType(SimulatedCrash.class).isThrownBy(() -> store.putIfAbsent("a", HELLO));
        assertThat(retries).isEmpty();
    }

    @Test
    void stopsWaitingWhenInterrupted() {
        RetryingObjectStore store = new RetryingObjectStore(
                new FaultyObjectStore(disk, FaultPlan.fromThenOn(Fault.ERROR_BEFORE, 0)),
                BACKOFF,
                _ -> {
                    throw new InterruptedException();
                },
                retries::add);
        try {
            assertThatExceptionOfType(InterruptedIOException.class)
                    .isThrownBy(() -> store.putIfAbsent("a", HELLO))
                    .withMessage("interrupted while waiting to put a again")
                    .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void showsNothingTwiceWhenAReadFailsHalfWay() throws IOException {
        disk.putIfAbsent("a", "0123456789".getBytes(UTF_8));
        StringBuilder shown = new StringBuilder();
        byte[] target = new byte[8];
        long copied = retrying(new FailsHalfWay(disk, 3))
                .read("a", 1, MemorySegment.ofArray(target), slice -> shown.append(text(slice)));

        assertThat(copied).isEqualTo(8);
        assertThat(shown).hasToString("12345678");
        assertThat(target).isEqualTo("12345678".getBytes(UTF_8));
        assertThat(retries).hasSize(3);
    }

    @Test
    void triesAgainOnEachCopyOfAMirroredStore() throws IOException {
        disk.putIfAbsent("a", HELLO);
        ObjectStore flaky = new FaultyObjectStore(disk, FaultPlan.once(Fault.ERROR_BEFORE, 0));
        ObjectStore mirrored = new dev.perdure.store.MirroredObjectStore(flaky, new MemoryObjectStore(), _ -> {});
        List<ObjectStore> copies = retrying(mirrored).copies();

        assertThat(copies).hasSize(2);
        assertThat(copies.getFirst().readAll("a")).isEqualTo(HELLO);
        assertThat(retries).hasSize(1);
        RetryingObjectStore alone = retrying(disk);
        assertThat(alone.copies()).containsExactly(alone);
    }

    private static String text(MemorySegment bytes) {
        return new String(bytes.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE), UTF_8);
    }

    /** Shows two bytes at a time, and fails a number of times after doing so. */
    record FailsHalfWay(ObjectStore store, int[] failuresLeft) implements ObjectStore {
        FailsHalfWay(ObjectStore store, int failures) {
            this(store, new int[] {failures});
        }

        @Override
        public long read(String name, long offset, MemorySegment target, Consumer<MemorySegment> filled)
                throws IOException {
            if (failuresLeft[0]-- > 0) {
                store.read(name, offset, target.asSlice(0, 2), filled);
                throw new IOException("cut off");
            }
            return store.read(name, offset, target, filled);
        }

        @Override
        public boolean putIfAbsent(String name, List<MemorySegment> pieces) throws IOException {
            return store.putIfAbsent(name, pieces);
        }

        @Override
        public OptionalLong size(String name) throws IOException {
            return store.size(name);
        }

        @Override
        public long read(String name, long offset, MemorySegment target) throws IOException {
            return store.read(name, offset, target);
        }

        @Override
        public List<String> list(String prefix) throws IOException {
            return store.list(prefix);
        }

        @Override
        public boolean delete(String name) throws IOException {
            return store.delete(name);
        }
    }
}
