package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.State;
import dev.perdure.core.TensorData;
import dev.perdure.store.MemoryObjectStore;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Several processes save one state together: nobody who reads can tell, and nothing is published that is not whole. */
class SharesTest {
    private static final State STATE = States.random(7);
    private static final Map<String, Double> METRICS = Map.of("heldOutLoss", 0.25);

    @Test
    void theCheckpointIsTheOneThatOneProcessWouldSave() throws IOException {
        for (long objectBytes : new long[] {100, 1000, 1 << 20}) {
            var alone = new MemoryObjectStore();
            try (var whole = Checkpointer.open(alone, Tests.options(1).withObjectBytes(objectBytes))) {
                whole.save(200, STATE, METRICS);
            }
            for (int parts : new int[] {2, 3, 5}) {
                var disk = new MemoryObjectStore();
                SavedCheckpoint saved = saveTogether(disk, parts, objectBytes, STATE);

                assertThat(disk.list(Paths.CHECKPOINTS)).isEqualTo(alone.list(Paths.CHECKPOINTS));
                assertThat(disk.readAll(Paths.manifest(saved.name())))
                        .isEqualTo(alone.readAll(Paths.manifest(saved.name())));
                assertThat(disk.list(Paths.OBJECTS)).isEqualTo(alone.list(Paths.OBJECTS));
                assertThat(disk.list(Paths.PARTS)).isEmpty();
                assertThat(disk.list(Paths.SAVING)).isEmpty();
                assertThat(saved.bytesWritten()).isEqualTo(sizeOf(disk));
                assertThat(saved.bytesReused()).isZero();
                States.assertSame(Tests.restore(disk).state(), STATE);
                Tests.assertAllWhole(disk);
            }
        }
    }

    private static long sizeOf(ObjectStore disk) throws IOException {
        long sum = 0;
        for (String object : disk.list(Paths.OBJECTS)) {
            sum += disk.size(object).orElseThrow();
        }
        return sum;
    }

    private static SavedCheckpoint saveTogether(ObjectStore disk, int parts, long objectBytes, State state)
            throws IOException {
        CheckpointerOptions options = patient().withObjectBytes(objectBytes);
        var members = new ArrayList<Checkpointer>();
        members.add(Checkpointer.open(disk, options));
        for (int part = 1; part < parts; part++) {
            members.add(Checkpointer.join(disk, options));
        }
        var saves = new ArrayList<PendingSave>();
        for (int part = 0; part < parts; part++) {
            saves.add(members.get(part)
                    .saveShare(
                            200,
                            state,
                            METRICS,
                            new SaveShare(members.getFirst().term(), 1, part, parts),
                            () -> false));
        }
        for (PendingSave save : saves) {
            save.durable().join();
        }
        for (Checkpointer member : members) {
            member.close();
        }
        return saves.getFirst().durable().join();
    }

    /** Waits of two threads of one test: time passes. */
    private static CheckpointerOptions patient() {
        Surroundings timeless = Tests.timeless();
        return Tests.options(1)
                .withSweepPatience(Duration.ofMinutes(1))
                .withSurroundings(new Surroundings(
                        timeless.clock(), timeless.nanos(), _ -> TimeUnit.MILLISECONDS.sleep(1), timeless.nonces()));
    }

    @Test
    void eachMemberHoldsMemoryForItsPartAlone() throws IOException {
        State state = blocks(12, 64 << 10);
        long whole;
        var disk = new MemoryObjectStore();
        try (var alone = Checkpointer.open(disk, Tests.options(1).withObjectBytes(64 << 10))) {
            alone.save(1, state).durable().join();
            whole = alone.memoryBytes();
        }
        CheckpointerOptions options = patient().withObjectBytes(64 << 10);
        try (var leader = Checkpointer.open(disk, options);
                var second = Checkpointer.join(disk, options);
                var third = Checkpointer.join(disk, options)) {
            List<Checkpointer> members = List.of(leader, second, third);
            var saves = new ArrayList<PendingSave>();
            for (int part = 0; part < 3; part++) {
                var share = new SaveShare(leader.term(), 1, part, 3);
                saves.add(members.get(part).saveShare(2, state, Map.of(), share, () -> false));
            }
            for (PendingSave save : saves) {
                save.durable().join();
            }
            for (Checkpointer member : members) {
                assertThat(member.memoryBytes()).isBetween(whole / 3 - 1000, whole / 3 + 1000);
            }
        }
    }

    private static State blocks(int count, long bytes) {
        State.Builder state = State.builder();
        for (int i = 0; i < count; i++) {
            state.tensor(
                    "model/layer%d.weight".formatted(i),
                    TensorData.allocate(Arena.ofAuto(), DType.F32, Shape.of(bytes / Float.BYTES)));
        }
        return state.build();
    }

    @Test
    void thePartsOfALayoutAreTheWholeAndNearlyEqual() {
        var random = new Random(5);
        for (int trial = 0; trial < 200; trial++) {
            State.Builder state = State.builder();
            int tensors = random.nextInt(30);
            for (int i = 0; i < tensors; i++) {
                state.tensor("t" + i, TensorData.allocate(Arena.ofAuto(), DType.U8, Shape.of(random.nextInt(3000))));
            }
            Layout whole = Layout.of(state.build().tensors(), 1000);
            int parts = 1 + random.nextInt(7);
            var together = new ArrayList<Layout.Group>();
            long largest =
                    whole.groups().stream().mapToLong(Layout.Group::bytes).max().orElse(0);
            for (int part = 0; part < parts; part++) {
                Layout own = whole.part(part, parts);
                together.addAll(own.groups());
                assertThat(own.bytes()).as("trial %d", trial).isLessThanOrEqualTo(whole.bytes() / parts + largest + 1);
            }
            assertThat(together).as("trial %d", trial).isEqualTo(whole.groups());
        }
    }

    @Test
    void publishesNothingWhenAMemberStandsElsewhere() throws IOException {
        State other = States.copyOf(STATE);
        State changed = State.builder().addAll(other).integer("run/extra", 1).build();
        var disk = new MemoryObjectStore();
        List<CheckpointEvent> events = Collections.synchronizedList(new ArrayList<>());
        try (var leader = Checkpointer.open(disk, patient().withListener(events::add));
                var member = Checkpointer.join(disk, patient())) {
            var mine = leader.saveShare(5, STATE, Map.of(), new SaveShare(leader.term(), 1, 0, 2), () -> false);
            var theirs = member.saveShare(5, changed, Map.of(), new SaveShare(leader.term(), 1, 1, 2), () -> false);

            assertThatThrownBy(() -> mine.durable().join())
                    .hasCauseInstanceOf(CheckpointSaveException.class)
                    .hasMessageContaining("other values");
            assertThatThrownBy(() -> theirs.durable().join()).hasCauseInstanceOf(AbandonedSaveException.class);
            leader.save(6, STATE).durable().join();
        }
        assertThat(events).anyMatch(CheckpointEvent.SaveFailed.class::isInstance);
        assertThat(disk.list(Paths.CHECKPOINTS)).hasSize(1);
        assertThat(disk.list(Paths.PARTS)).isEmpty();
    }

    @Test
    void aSaveIsGivenUpWhenTheGroupBreaksUpAndIsNoFailure() throws IOException {
        var disk = new MemoryObjectStore();
        List<CheckpointEvent> events = Collections.synchronizedList(new ArrayList<>());
        try (var leader = Checkpointer.open(disk, patient().withSaveErrorsMax(1).withListener(events::add))) {
            var save = leader.saveShare(5, STATE, Map.of(), new SaveShare(leader.term(), 1, 0, 2), () -> true);

            assertThatThrownBy(() -> save.durable().join())
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(AbandonedSaveException.class);
            leader.save(6, STATE).durable().join();
        }
        assertThat(events)
                .hasAtLeastOneElementOfType(CheckpointEvent.Abandoned.class)
                .doesNotHaveAnyElementsOfTypes(CheckpointEvent.SaveFailed.class);
        assertThat(disk.list(Paths.CHECKPOINTS)).hasSize(1);
    }

    @Test
    void aPartThatDoesNotComeFailsTheSaveWhenPatienceEnds() throws IOException {
        var disk = new MemoryObjectStore();
        try (var leader = Checkpointer.open(disk, Tests.options(3))) {
            var save = leader.saveShare(5, STATE, Map.of(), new SaveShare(leader.term(), 1, 0, 2), () -> false);
            assertThatThrownBy(() -> save.durable().join())
                    .hasCauseInstanceOf(CheckpointSaveException.class)
                    .hasMessageContaining("part 1 of 2");
            leader.save(6, STATE).durable().join();
        }
        assertThat(disk.list(Paths.CHECKPOINTS)).hasSize(1);
    }

    /** A note of a save that was given up is whole and of the same step: only its number tells that it is an old one. */
    @Test
    void aNoteOfAnEarlierSaveIsNeverTakenForAnother() throws IOException {
        var disk = new MemoryObjectStore();
        State stale = States.random(8);
        try (var leader = Checkpointer.open(disk, Tests.options(1));
                var late = Checkpointer.join(disk, Tests.options(1))) {
            var save = late.saveShare(5, stale, Map.of(), new SaveShare(leader.term(), 1, 1, 2), () -> false);
            assertThatThrownBy(() -> save.durable().join()).hasCauseInstanceOf(AbandonedSaveException.class);
            assertThat(disk.list(Paths.PARTS)).hasSize(1);

            var again = leader.saveShare(5, STATE, Map.of(), new SaveShare(leader.term(), 2, 0, 2), () -> true);
            assertThatThrownBy(() -> again.durable().join()).hasCauseInstanceOf(AbandonedSaveException.class);
        }
        assertThat(disk.list(Paths.PARTS)).isEmpty();
        assertThat(disk.list(Paths.CHECKPOINTS)).isEmpty();
    }

    @Test
    void whoSavedPartsForOthersLeadsWhenTheyAreGone() throws IOException {
        var disk = new MemoryObjectStore();
        try (var member = Checkpointer.join(disk, patient())) {
            var gone = Checkpointer.open(disk, Tests.options(1));
            var part = member.saveShare(5, STATE, Map.of(), new SaveShare(gone.term(), 1, 1, 2), () -> false);
            member.lead();
            assertThatThrownBy(() -> part.durable().join()).hasCauseInstanceOf(AbandonedSaveException.class);
            assertThat(member.term()).isEqualTo(gone.term() + 1);
            member.save(6, STATE).durable().join();
            gone.close();
        }
        assertThat(Tests.restore(disk).step()).isEqualTo(6);
        assertThat(disk.list(Paths.PARTS)).isEmpty();
    }
}
