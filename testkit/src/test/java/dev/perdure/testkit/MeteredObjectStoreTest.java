package dev.perdure.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.perdure.store.MemoryObjectStore;
import dev.perdure.store.MeteredObjectStore;
import dev.perdure.store.MeteredObjectStore.Count;
import dev.perdure.store.MeteredObjectStore.Operation;
import dev.perdure.store.MirroredObjectStore;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MeteredObjectStoreTest extends ObjectStoreContract {
    /** Every look at the clock takes a microsecond. */
    private final AtomicLong nanos = new AtomicLong();

    @Override
    protected ObjectStore openEmpty() {
        return metered(new MemoryObjectStore());
    }

    @Override
    protected ObjectStore reopen(ObjectStore store) {
        return store;
    }

    private MeteredObjectStore metered(ObjectStore store) {
        return new MeteredObjectStore(store, () -> nanos.getAndAdd(1000));
    }

    @Test
    void countsNothingAtFirst() {
        assertThat(metered(new MemoryObjectStore()).snapshot().counts())
                .hasSize(5)
                .containsValue(new Count(0, 0, 0, 0))
                .allSatisfy((_, count) -> assertThat(count.operations()).isZero());
    }

    @Test
    void countsOperationsBytesAndTime() throws IOException {
        MeteredObjectStore store = metered(new MemoryObjectStore());
        store.putIfAbsent("a", new byte[10]);
        store.putIfAbsent("a", new byte[70]);
        store.readAll("a");
        store.read("a", 7, MemorySegment.ofArray(new byte[9]), _ -> {});
        store.list("");
        store.delete("a");
        store.delete("a");

        var snapshot = store.snapshot();
        assertThat(snapshot.of(Operation.PUT))
                .as("only what was created is stored")
                .isEqualTo(new Count(2, 0, 10, 2000));
        assertThat(snapshot.of(Operation.READ)).isEqualTo(new Count(2, 0, 13, 2000));
        assertThat(snapshot.of(Operation.SIZE)).isEqualTo(new Count(1, 0, 0, 1000));
        assertThat(snapshot.of(Operation.LIST)).isEqualTo(new Count(1, 0, 0, 1000));
        assertThat(snapshot.of(Operation.DELETE)).isEqualTo(new Count(2, 0, 0, 2000));
    }

    @Test
    void countsErrorsAndTheirTime() {
        MeteredObjectStore store = metered(
                new FaultyObjectStore(new MemoryObjectStore(), FaultPlan.fromThenOn(Fault.ERROR_AFTER_EFFECT, 0)));
        assertThatExceptionOfType(IOException.class).isThrownBy(() -> store.putIfAbsent("a", new byte[10]));

        assertThat(store.snapshot().of(Operation.PUT)).isEqualTo(new Count(1, 1, 0, 1000));
    }

    @Test
    void countsWhatIsAskedOfASingleCopy() throws IOException {
        MeteredObjectStore store =
                metered(new MirroredObjectStore(new MemoryObjectStore(), new MemoryObjectStore(), _ -> {}));
        store.putIfAbsent("a", new byte[10]);
        for (ObjectStore copy : store.copies()) {
            copy.readAll("a");
        }

        assertThat(store.copies()).hasSize(2);
        assertThat(store.snapshot().of(Operation.READ).bytes()).isEqualTo(20);
    }
}
