package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.Backoff;
import dev.perdure.core.State;
import dev.perdure.store.MemoryObjectStore;
import java.io.IOException;
import java.time.Duration;
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
    /** No operation waits for longer than this: less than the operations between a saver's patience and its last look. */
    private static final int WAIT_MAX = 8;

    private static final Duration PATIENCE = Duration.ofMillis(100);
    private static final long NEVER = Long.MAX_VALUE;
    private static final State OLDEST = States.random(51);
    private static final State OLD = States.random(52);
    private static final State NEW = States.random(53);

    private static MemoryObjectStore disk() throws IOException {
        var disk = new MemoryObjectStore();
        Tests.save(disk, 50, OLDEST);
        Tests.save(disk, 100, OLD);
        var crashed = new MemoryObjectStore();
        Tests.save(crashed, 1, NEW);
        for (String object : crashed.list(Paths.OBJECTS)) {
            disk.putIfAbsent(object, crashed.readAll(object));
        }
        return disk;
    }

    @Test
    void neverLosesAnObjectOfAPublishedCheckpoint() throws IOException {
        interleave(0, 400, 0);
    }

    @Test
    void neverLosesAnObjectWhenTheSweeperDies() throws IOException {
        interleave(10_000, 200, 1);
    }

    @Test
    void neverLosesAnObjectWhenTheSaverDies() throws IOException {
        interleave(20_000, 200, 2);
    }

    @Test
    @Tag("soak")
    void neverLosesAnObjectUnderManySeeds() throws IOException {
        for (int dying = 0; dying < 3; dying++) {
            interleave(1_000_000L * (1 + dying), 10_000, dying);
        }
    }

    private static void interleave(long firstSeed, int seeds, int dying) throws IOException {
        int saved = 0;
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            MemoryObjectStore disk = disk();
            var turns = new Turns(disk, seed, WAIT_MAX);
            var durable = new AtomicReference<CheckpointName>();
            long death = new Random(seed).nextInt(40);
            turns.process(1, dying == 2 ? death : NEVER, process -> durable.set(save(process)));
            turns.process(2, dying == 1 ? death : NEVER, SweepBesideSaveTest::prune);
            turns.run();

            check(disk, durable.get() != null, "seed %d:%n%s".formatted(seed, turns.order()));
            saved += durable.get() != null ? 1 : 0;
        }
        assertThat(saved).as("saves that ended").isGreaterThan(dying == 2 ? 0 : seeds - 1);
    }

    private static CheckpointName save(Turns.Seat process) throws IOException {
        var options = Tests.options(1)
                .withRetries(new Backoff(2, Duration.ZERO, Duration.ZERO))
                .withSweepPatience(PATIENCE)
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

    /** Three processes: a writer that was replaced, its successor, and the successor's retention. */
    @Test
    void aReplacedWriterNeverWinsNorHarmsItsSuccessor() throws IOException {
        State late = States.random(54);
        for (long seed = 0; seed < 200; seed++) {
            MemoryObjectStore disk = disk();
            var turns = new Turns(disk, seed, WAIT_MAX);
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
        var announcements = new Announcements(process, PATIENCE, process.surroundings());
        var writer = new SaveWriter(process, term, options, announcements);
        var save = new PendingSave(
                new CheckpointName(term, state == NEW ? 200 : 900), state, java.util.Map.of(), Tests.NOW, 0);
        Layout layout = Layout.of(state, options.objectBytes());
        try (var snapshot = new Snapshot(layout)) {
            snapshot.begin(state).help(1);
            writer.write(save, new ObjectWriter(process, snapshot, SaveWriter.noDigests()), layout);
        }
        new Pruner(process, Checkpoints.open(process, process.surroundings()), process.surroundings())
                .prune(RetentionPolicy.newest(1));
    }
}
