package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.State;
import dev.perdure.store.MemoryObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A process saves while another deletes, their store operations interleaved in every order that a seed gives. What is
 * published stays whole. The disk holds objects of the new state that no manifest names, left by an earlier crash: the saver
 * wants to use them, the sweeper to delete them.
 */
class SweepBesideSaveTest {
    private static final long NEVER = Long.MAX_VALUE;
    private static final State OLDEST = States.random(51);
    private static final State OLD = States.random(52);
    private static final State NEW = States.random(53);

    private static MemoryObjectStore disk(long objectBytes) throws IOException {
        var disk = new MemoryObjectStore();
        Tests.save(disk, 50, OLDEST);
        Tests.save(disk, 100, OLD);
        var crashed = new MemoryObjectStore();
        try (var checkpoints = Checkpointer.open(crashed, Tests.options(1).withObjectBytes(objectBytes))) {
            checkpoints.save(1, NEW);
        }
        for (String object : crashed.list(Paths.OBJECTS)) {
            disk.putIfAbsent(object, crashed.readAll(object));
        }
        return disk;
    }

    /** How long the saver waits, and how long anybody may be kept from going on. */
    private enum Pace {
        /** Everybody gets there in the end, and the saver waits for as long as it takes. */
        PATIENT(Duration.ofHours(1), Integer.MAX_VALUE),

        /** The saver takes a slow sweeper for dead, but no single operation outlasts patience and save. */
        IMPATIENT(Duration.ofMillis(100), 8);

        private final Duration patience;
        private final int waitMax;

        Pace(Duration patience, int waitMax) {
            this.patience = patience;
            this.waitMax = waitMax;
        }
    }

    private enum Dying {
        NOBODY,
        SWEEPER,
        SAVER
    }

    @Test
    void neverLosesAnObjectOfAPublishedCheckpoint() throws IOException {
        interleave(0, 500, Pace.PATIENT, Dying.NOBODY);
    }

    @Test
    void neverLosesAnObjectWhenASlowSweeperIsTakenForDead() throws IOException {
        interleave(100_000, 1000, Pace.IMPATIENT, Dying.NOBODY);
    }

    @Test
    void neverLosesAnObjectWhenTheSweeperDies() throws IOException {
        interleave(200_000, 200, Pace.IMPATIENT, Dying.SWEEPER);
    }

    @Test
    void neverLosesAnObjectWhenTheSaverDies() throws IOException {
        interleave(300_000, 200, Pace.IMPATIENT, Dying.SAVER);
    }

    @Test
    @Tag("soak")
    void neverLosesAnObjectUnderManySeeds() throws IOException {
        for (Dying dying : Dying.values()) {
            interleave(1_000_000, 5_000, Pace.IMPATIENT, dying);
        }
        interleave(2_000_000, 5_000, Pace.PATIENT, Dying.NOBODY);
    }

    private static void interleave(long firstSeed, int seeds, Pace pace, Dying dying) throws IOException {
        int saved = 0;
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            long objectBytes = seed % 2 == 0 ? 1000 : 1 << 20;
            MemoryObjectStore disk = disk(objectBytes);
            var turns = new Turns(disk, seed, pace.waitMax);
            var durable = new AtomicReference<CheckpointName>();
            long death = new Random(seed).nextInt(40);
            turns.process(
                    1,
                    dying == Dying.SAVER ? death : NEVER,
                    process -> durable.set(save(process, objectBytes, pace.patience)));
            turns.process(2, dying == Dying.SWEEPER ? death : NEVER, SweepBesideSaveTest::prune);
            turns.run();

            check(disk, durable.get() != null, "seed %d:%n%s".formatted(seed, turns.order()));
            saved += durable.get() != null ? 1 : 0;
        }
        assertThat(saved).as("saves that ended").isGreaterThan(dying == Dying.SAVER ? 0 : seeds - 1);
    }

    private static CheckpointName save(Turns.Seat process, long objectBytes, Duration patience) throws IOException {
        var options = Tests.options(1)
                .withObjectBytes(objectBytes)
                .withSweepPatience(patience)
                .withSurroundings(process.surroundings());
        try (var checkpoints = Checkpointer.open(process, options)) {
            return checkpoints.save(200, NEW).durable().join().name();
        }
    }

    private static void prune(Turns.Seat process) throws IOException {
        for (int i = 0; i < 2; i++) {
            Checkpoints.open(process, process.surroundings()).prune(RetentionPolicy.newest(1));
        }
    }

    private static void check(MemoryObjectStore disk, boolean saved, String what) throws IOException {
        var checkpoints = Checkpoints.open(disk, Tests.timeless());
        for (CheckpointInfo info : checkpoints.list()) {
            assertThat(checkpoints.verify(info.name()).damages()).as(what).isEmpty();
        }
        State found = Tests.restore(disk).state();
        assertThat(States.same(found, NEW) || (!saved && States.same(found, OLD)))
                .as(what)
                .isTrue();
    }

    @Test
    void aSweeperThatWasTakenForDeadStopsBeforeItsNextDeletion() throws IOException {
        MemoryObjectStore disk = disk(1000);
        int objects = disk.list(Paths.OBJECTS).size();
        var slow = new PassingOn(disk) {
            @Override
            public List<String> list(String prefix) throws IOException {
                if (prefix.equals(Paths.OBJECTS)) {
                    store.delete(store.list(Paths.SWEEPING).getFirst());
                }
                return super.list(prefix);
            }
        };

        PruneReport report = Checkpoints.open(slow, Tests.timeless()).prune(RetentionPolicy.newest(9));

        assertThat(report.putOff()).hasValueSatisfying(why -> assertThat(why).contains("took it for dead"));
        assertThat(disk.list(Paths.OBJECTS)).hasSize(objects);
    }

    @Test
    void aSaveWaitsForASweeperAndTakesItForDeadWhenPatienceEnds() throws IOException {
        MemoryObjectStore disk = disk(1000);
        String sign = Paths.sweeping("dead");
        disk.putIfAbsent(sign, new byte[] {1});
        var waited = new java.util.concurrent.atomic.AtomicLong();
        var around =
                new Surroundings(() -> Tests.NOW, () -> 0, pause -> waited.addAndGet(pause.toMillis()), () -> "nonce");
        var options = Tests.options(1).withSweepPatience(Duration.ofSeconds(2)).withSurroundings(around);
        try (var checkpoints = Checkpointer.open(disk, options)) {
            checkpoints.save(200, NEW);
        }

        assertThat(waited.get()).isEqualTo(2000);
        assertThat(disk.list(Paths.SWEEPING)).isEmpty();
        States.assertSame(Tests.restore(disk).state(), NEW);
    }

    /** Three processes: a writer that was replaced, its successor, and the successor's retention. */
    @Test
    void aReplacedWriterNeverWinsNorHarmsItsSuccessor() throws IOException {
        State late = States.random(54);
        for (long seed = 0; seed < 200; seed++) {
            MemoryObjectStore disk = disk(1000);
            var turns = new Turns(disk, seed, Pace.IMPATIENT.waitMax);
            var replaced = Checkpointer.open(disk, Tests.options(1));
            var successor = Checkpointer.open(disk, Tests.options(1));
            assertThat(successor.term()).isGreaterThan(replaced.term());
            turns.process(1, NEVER, process -> saveIn(process, replaced.term(), late));
            turns.process(2, NEVER, process -> saveIn(process, successor.term(), NEW));
            turns.run();
            replaced.close();
            successor.close();

            assertThat(States.same(Tests.restore(disk).state(), NEW))
                    .as("seed %d:%n%s", seed, turns.order())
                    .isTrue();
        }
    }

    /** Saves in a term that was taken before, whatever others have taken since: the late step is the greater one. */
    private static void saveIn(Turns.Seat process, int term, State state) throws IOException {
        var options = Tests.options(1).withSurroundings(process.surroundings());
        var announcements = new Announcements(process, Pace.IMPATIENT.patience, process.surroundings());
        var writer = new SaveWriter(
                process,
                options,
                announcements,
                new PartNotes(process, options.sweepPatience(), process.surroundings()));
        var save = new PendingSave(
                new CheckpointName(term, state == NEW ? 200 : 900),
                java.util.Optional.empty(),
                () -> false,
                state,
                java.util.Map.of(),
                Tests.NOW,
                0);
        Layout layout = Layout.of(state.tensors(), options.objectBytes());
        try (var snapshot = new Snapshot(layout)) {
            snapshot.begin(state.tensors()).help(1);
            writer.write(save, new ObjectWriter(process, snapshot, SaveWriter.noDigests()), layout);
        }
        new Pruner(process, Checkpoints.open(process, process.surroundings()), process.surroundings())
                .prune(RetentionPolicy.newest(1));
    }
}
