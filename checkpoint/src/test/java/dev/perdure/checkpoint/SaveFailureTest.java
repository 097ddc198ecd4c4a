package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.store.MemoryObjectStore;
import dev.perdure.testkit.Fault;
import dev.perdure.testkit.FaultPlan;
import dev.perdure.testkit.FaultyObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class SaveFailureTest {
    private final List<CheckpointEvent> events = new CopyOnWriteArrayList<>();
    private final State state = States.random(61);

    private CheckpointerOptions options(int attempts) {
        return Tests.options(attempts).withListener(events::add);
    }

    private List<CheckpointEvent.SaveFailed> failures() {
        return events.stream()
                .filter(CheckpointEvent.SaveFailed.class::isInstance)
                .map(CheckpointEvent.SaveFailed.class::cast)
                .toList();
    }

    /** Refuses objects while it is told to. */
    private static final class Refusing extends PassingOn {
        private volatile boolean refuses = true;

        Refusing() {
            super(new MemoryObjectStore());
        }

        @Override
        public boolean putIfAbsent(String name, List<MemorySegment> pieces) throws IOException {
            if (refuses && name.startsWith(Paths.OBJECTS)) {
                throw new IOException("no answer");
            }
            return super.putIfAbsent(name, pieces);
        }
    }

    @Test
    void tellsOfEveryFailedAttemptAndSucceedsWithALaterOne() throws IOException {
        var store = new MemoryObjectStore();
        var count = new FaultyObjectStore(new MemoryObjectStore(), FaultPlan.none());
        Checkpointer.open(count, options(1)).close();
        long opening = count.operations();
        var faulty = new FaultyObjectStore(store, new FaultPlan(Fault.ERROR_BEFORE, opening, 2, 1));
        try (var checkpoints = Checkpointer.open(faulty, options(3))) {
            checkpoints.save(1, state);
        }

        assertThat(failures()).hasSize(2).allMatch(CheckpointEvent.SaveFailed::willRetry);
        assertThat(events.getLast()).isInstanceOf(CheckpointEvent.Saved.class);
        States.assertSame(Tests.restore(store).state(), state);
    }

    @Test
    void stopsTheTrainingWhenTheBudgetIsSpent() throws IOException {
        var store = new Refusing();
        var checkpoints = Checkpointer.open(store, options(2).withSaveErrorsMax(2));
        PendingSave first = checkpoints.save(1, state);
        assertThatThrownBy(() -> first.durable().join()).isInstanceOf(CompletionException.class);
        PendingSave second = checkpoints.save(2, state);
        assertThatThrownBy(() -> second.durable().join()).isInstanceOf(CompletionException.class);

        assertThatThrownBy(() -> checkpoints.save(3, state))
                .isInstanceOf(CheckpointSaveException.class)
                .hasMessageContaining("checkpoint of step 2 could not be saved: 2 in a row")
                .hasMessageContaining("no answer");
        assertThat(failures())
                .extracting(CheckpointEvent.SaveFailed::attempt, CheckpointEvent.SaveFailed::willRetry)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(1, true),
                        org.assertj.core.groups.Tuple.tuple(2, false),
                        org.assertj.core.groups.Tuple.tuple(1, true),
                        org.assertj.core.groups.Tuple.tuple(2, false));
        assertThatThrownBy(checkpoints::close).isInstanceOf(CheckpointSaveException.class);
    }

    @Test
    void aSuccessResetsTheBudget() throws IOException {
        var store = new Refusing();
        try (var checkpoints = Checkpointer.open(store, options(1).withSaveErrorsMax(2))) {
            for (int step = 1; step <= 6; step++) {
                store.refuses = step % 2 == 1;
                PendingSave save = checkpoints.save(step, States.random(100 + step));
                assertThat(save.durable()
                                .handle((saved, problem) -> saved != null)
                                .join())
                        .isEqualTo(step % 2 == 0);
            }
        }
    }

    @Test
    void closingThrowsWhenTheLastSaveFailed() throws IOException {
        var checkpoints = Checkpointer.open(new Refusing(), options(1));
        checkpoints.save(1, state);

        assertThatThrownBy(checkpoints::close)
                .isInstanceOf(CheckpointSaveException.class)
                .hasMessageContaining("it was the last, so the newest checkpoint is an older one");
    }

    /** A deletion that a slow sweeper had begun hits just after the manifest was published. */
    @Test
    void writesAnObjectAgainThatVanishesWhileItPublishes() throws IOException {
        var disk = new MemoryObjectStore();
        var vanishing = new PassingOn(disk) {
            @Override
            public boolean putIfAbsent(String name, List<MemorySegment> pieces) throws IOException {
                boolean created = super.putIfAbsent(name, pieces);
                if (name.startsWith(Paths.CHECKPOINTS)) {
                    store.delete(store.list(Paths.OBJECTS).getFirst());
                }
                return created;
            }
        };
        try (var checkpoints = Checkpointer.open(vanishing, options(1))) {
            checkpoints.save(1, state);
        }

        assertThat(events).anyMatch(CheckpointEvent.Healed.class::isInstance);
        States.assertSame(Tests.restore(disk).state(), state);
    }

    /** A frozen layer's object was damaged on the disk: relying on it would make the new checkpoint damaged too. */
    @Test
    void readsAnObjectBackBeforeItReliesOnItAndReplacesADamagedOne() throws IOException {
        var disk = new MemoryObjectStore();
        CheckpointName old = Tests.save(disk, 1, state);
        String object = disk.list(Paths.OBJECTS).getFirst();
        byte[] bytes = disk.readAll(object);
        bytes[bytes.length - 1] ^= 1;
        Tests.replace(disk, object, bytes);

        Tests.save(disk, 2, state);

        Tests.assertAllWhole(disk);
        assertThat(Checkpoints.open(disk).verify(old).isWhole())
                .as("the older one is whole again")
                .isTrue();
    }

    @Test
    void savingTheSameStepAgainIsNoErrorAndOtherContentIsAConflict() throws IOException {
        var disk = new MemoryObjectStore();
        var checkpoints = Checkpointer.open(disk, options(1));
        checkpoints.save(1, state).durable().join();
        assertThatCode(() -> checkpoints.save(1, state).durable().join()).doesNotThrowAnyException();
        checkpoints.save(1, States.random(62));

        assertThatThrownBy(checkpoints::close)
                .isInstanceOf(CheckpointConflictException.class)
                .hasMessageContaining("exists and holds something else");
        States.assertSame(Tests.restore(disk).state(), state);
    }

    /** Holds saves back until it is told to let them go. */
    private static final class Holding extends PassingOn {
        private final CountDownLatch letGo = new CountDownLatch(1);

        Holding() {
            super(new MemoryObjectStore());
        }

        @Override
        public boolean putIfAbsent(String name, List<MemorySegment> pieces) throws IOException {
            if (name.startsWith(Paths.OBJECTS)) {
                try {
                    letGo.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            return super.putIfAbsent(name, pieces);
        }
    }

    /** Shows at the same time that a state which changes too early is saved as it is then: awaitCaptured is needed. */
    @Test
    void theNextSaveWaitsForTheMemoryOfTheOneBeingWritten() throws IOException {
        var store = new Holding();
        State live = States.copyOf(state);
        try (var checkpoints = Checkpointer.open(store, options(1))) {
            checkpoints.save(1, live);
            checkpoints.awaitCaptured();
            assertThat(checkpoints.isIdle()).isFalse();
            PendingSave second = checkpoints.save(2, live);
            assertThat(second.isCaptured()).isFalse();
            States.fill(live, (byte) 9);
            store.letGo.countDown();
            checkpoints.awaitCaptured();
            assertThat(second.isCaptured()).isTrue();
        }
        assertThat(States.same(Tests.restore(store).state(), state)).isFalse();
        assertThat(Tests.restore(store)
                        .state()
                        .tensor("model/conv1.bias")
                        .data()
                        .mismatch(live.tensor("model/conv1.bias").data()))
                .isEqualTo(-1);
    }

    @Test
    void withTwoArenasTheNextSaveIsCopiedWhileOneIsWritten() throws IOException {
        var store = new Holding();
        State live = States.copyOf(state);
        try (var checkpoints = Checkpointer.open(store, options(1).withArenas(2))) {
            checkpoints.save(1, States.random(63));
            checkpoints.awaitCaptured();
            assertThat(checkpoints.isIdle()).isTrue();
            checkpoints.save(2, live);
            checkpoints.awaitCaptured();
            States.fill(live, (byte) 9);
            store.letGo.countDown();
        }
        States.assertSame(Tests.restore(store).state(), state);
    }

    @Test
    void savesMemoryThatBelongsToTheCallingThreadAlone() throws IOException {
        var disk = new MemoryObjectStore();
        try (Arena arena = Arena.ofConfined();
                var checkpoints = Checkpointer.open(disk, options(1))) {
            TensorData tensor = TensorData.allocate(arena, dev.perdure.core.DType.F32, Shape.of(1000));
            tensor.data().fill((byte) 3);
            State confined = State.builder().tensor("model/a", tensor).build();
            checkpoints.save(1, confined);
            tensor.data().fill((byte) 4);
            checkpoints.save(2, confined).durable().join();
            checkpoints.checkpoints().restore(new CheckpointName(1, 1), confined);
            assertThat(tensor.data().get(java.lang.foreign.ValueLayout.JAVA_BYTE, 3999))
                    .isEqualTo((byte) 3);
        }
    }

    @Test
    void savesStatesWhoseLayoutChanges() throws IOException {
        var disk = new MemoryObjectStore();
        State grown = State.builder()
                .addAll(state)
                .tensor("model/new.weight", TensorData.of(Shape.of(3), 1f, 2f, 3f))
                .build();
        try (var checkpoints = Checkpointer.open(disk, options(1))) {
            checkpoints.save(1, state);
            checkpoints.save(2, grown);
            checkpoints.save(3, state);
        }
        States.assertSame(Tests.restore(disk).state(), state);
        Tests.assertAllWhole(disk);
    }

    @Test
    void savesAStateWithoutTensors() throws IOException {
        var disk = new MemoryObjectStore();
        State numbers = State.builder().integer("run/step", 5).build();
        try (var checkpoints = Checkpointer.open(disk, options(1))) {
            checkpoints.save(1, numbers);
        }
        Restored restored =
                Checkpoints.open(disk).restoreLatest(State.builder().build()).orElseThrow();
        States.assertSame(restored.state(), numbers);
    }
}
