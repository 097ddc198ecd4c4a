package dev.perdure.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.perdure.core.State;
import dev.perdure.store.MemoryObjectStore;
import dev.perdure.store.ObjectStore;
import dev.perdure.testkit.Fault;
import dev.perdure.testkit.FaultPlan;
import dev.perdure.testkit.FaultyObjectStore;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two processes save a state together, and a third may delete, their store operations interleaved as a seed decides; one of
 * them meets every kind of fault at every operation. What can be restored is the old state or the new one, whole; what one
 * was told is durable is found; and the next process has a clean store.
 */
class SharesCrashTest {
    private static final long NEVER = Long.MAX_VALUE;
    private static final State OLD = States.random(62);
    private static final State NEW = States.random(63);

    /** Who meets a fault. */
    private enum Victim {
        LEADER,
        MEMBER
    }

    @ParameterizedTest
    @EnumSource(names = {"ERROR_BEFORE", "ERROR_AFTER_EFFECT", "TORN_WRITE", "CRASH_BEFORE", "CRASH_AFTER_EFFECT"})
    void aSaveInSharesLeavesTheOldOrTheNewState(Fault fault) throws IOException {
        for (Victim victim : Victim.values()) {
            for (long n = 0; ; n++) {
                if (!meets(fault, victim, n, 100 * n)) {
                    assertThat(n).as("operations").isGreaterThan(10);
                    break;
                }
            }
        }
    }

    @Test
    @Tag("soak")
    void aSaveInSharesLeavesTheOldOrTheNewStateInManyOrders() throws IOException {
        for (Fault fault : Fault.values()) {
            for (Victim victim : Victim.values()) {
                for (long seed = 1; seed < 50; seed++) {
                    for (long n = 0; meets(fault, victim, n, 100_000 * seed + n); n++) {}
                }
            }
        }
    }

    /** Returns whether the n-th operation was reached. */
    private static boolean meets(Fault fault, Victim victim, long n, long seed) throws IOException {
        MemoryObjectStore disk = diskWithOld();
        var turns = new Turns(disk, seed, 50);
        var faulty = new AtomicReference<FaultyObjectStore>();
        UnaryOperator<ObjectStore> harmed = seat -> {
            faulty.set(new FaultyObjectStore(seat, FaultPlan.once(fault, n)));
            return faulty.get();
        };
        UnaryOperator<ObjectStore> sound = seat -> seat;
        var save = new Save(Duration.ofMillis(400));
        turns.process(1, NEVER, seat -> save.lead(seat, victim == Victim.LEADER ? harmed : sound));
        turns.process(2, NEVER, seat -> save.help(seat, victim == Victim.MEMBER ? harmed : sound));
        turns.run();
        String what = "%s of %s at operation %d, seed %d:%n%s".formatted(fault, victim, n, seed, turns.order());
        check(disk, save.durable.get(), what);
        checkLifeGoesOn(disk, what);
        return faulty.get() != null && faulty.get().reached();
    }

    /** The disk holds the new state's objects, which no manifest names: the members want to use them, the sweeper to delete. */
    private static MemoryObjectStore diskWithOld() throws IOException {
        var disk = new MemoryObjectStore();
        Tests.save(disk, 100, OLD);
        var crashed = new MemoryObjectStore();
        Tests.save(crashed, 1, NEW);
        for (String object : crashed.list(Paths.OBJECTS)) {
            disk.putIfAbsent(object, crashed.readAll(object));
        }
        return disk;
    }

    private enum Dying {
        NOBODY,
        LEADER,
        MEMBER,
        SWEEPER
    }

    @Test
    void aSweepBesideASaveInSharesDeletesNothingThatItNeeds() throws IOException {
        besideASweep(Dying.NOBODY, 0, 60);
        besideASweep(Dying.LEADER, 1000, 25);
        besideASweep(Dying.MEMBER, 2000, 25);
        besideASweep(Dying.SWEEPER, 3000, 25);
    }

    @Test
    @Tag("soak")
    void aSweepBesideASaveInSharesDeletesNothingUnderManySeeds() throws IOException {
        for (Dying dying : Dying.values()) {
            besideASweep(dying, 1_000_000, 4000);
        }
    }

    private static void besideASweep(Dying dying, long firstSeed, int seeds) throws IOException {
        int saved = 0;
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            MemoryObjectStore disk = diskWithOld();
            var turns = new Turns(disk, seed, 50);
            var save = new Save(dying == Dying.NOBODY ? Duration.ofHours(1) : Duration.ofMillis(400));
            long death = new Random(seed).nextInt(40);
            turns.process(1, dying == Dying.LEADER ? death : NEVER, seat -> save.lead(seat, store -> store));
            turns.process(2, dying == Dying.MEMBER ? death : NEVER, seat -> save.help(seat, store -> store));
            turns.process(3, dying == Dying.SWEEPER ? death : NEVER, seat -> {
                for (int i = 0; i < 2; i++) {
                    Checkpoints.open(seat, seat.surroundings()).prune(RetentionPolicy.newest(1));
                }
            });
            turns.run();
            String what = "seed %d, dying %s:%n%s".formatted(seed, dying, turns.order());
            Tests.assertAllWhole(disk);
            check(disk, save.durable.get(), what);
            checkLifeGoesOn(disk, what);
            saved += save.durable.get() ? 1 : 0;
        }
        assertThat(saved).as("saves that ended").isGreaterThan(dying == Dying.NOBODY ? seeds - 1 : 0);
    }

    /** A leader and a member that save the new state as step 200, in the leader's term. */
    private static final class Save {
        private final AtomicReference<SaveShare> share = new AtomicReference<>();
        private final AtomicBoolean leaderOpen = new AtomicBoolean(true);
        private final AtomicBoolean durable = new AtomicBoolean();

        private final Duration patience;

        Save(Duration patience) {
            this.patience = patience;
        }

        void lead(Turns.Seat seat, UnaryOperator<ObjectStore> store) throws IOException {
            try (var checkpoints = Checkpointer.open(store.apply(seat), options(seat))) {
                var mine = new SaveShare(checkpoints.term(), 1, 0, 2);
                share.set(mine);
                durable.set(isDurable(checkpoints.saveShare(200, NEW, Map.of(), mine, () -> false)));
            } finally {
                leaderOpen.set(false);
            }
        }

        void help(Turns.Seat seat, UnaryOperator<ObjectStore> store) throws IOException {
            while (share.get() == null && leaderOpen.get()) {
                seat.surroundings().sleep(Duration.ofMillis(1));
            }
            if (share.get() != null) {
                try (var checkpoints = Checkpointer.join(store.apply(seat), options(seat))) {
                    isDurable(checkpoints.saveShare(
                            200, NEW, Map.of(), share.get().of(1), () -> false));
                }
            }
        }

        private static boolean isDurable(PendingSave save) {
            try {
                return save.durable().join() != null;
            } catch (CompletionException e) {
                return false;
            }
        }

        private CheckpointerOptions options(Turns.Seat seat) {
            return Tests.options(2).withSweepPatience(patience).withSurroundings(seat.surroundings());
        }
    }

    private static void check(MemoryObjectStore disk, boolean durable, String what) throws IOException {
        State found = Tests.restore(disk).state();
        assertThat(States.same(found, NEW) || (!durable && States.same(found, OLD)))
                .as(what)
                .isTrue();
    }

    private static void checkLifeGoesOn(MemoryObjectStore disk, String what) throws IOException {
        State next = States.random(9);
        try (var checkpoints = Checkpointer.open(disk, Tests.options(1).withRetention(RetentionPolicy.newest(1)))) {
            checkpoints.save(300, next);
        }
        States.assertSame(Tests.restore(disk).state(), next);
        Tests.assertAllWhole(disk);
        assertThat(Tests.garbage(disk)).as(what).isEmpty();
        assertThat(disk.list(Paths.SAVING)).as(what).isEmpty();
        assertThat(disk.list(Paths.PARTS)).as(what).isEmpty();
    }
}
