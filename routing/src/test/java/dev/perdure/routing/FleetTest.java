package dev.perdure.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class FleetTest {
    private static final long MS = 1_000_000;
    private static final long SECOND = 1_000 * MS;

    /** A fleet whose replicas do what they should, but for those that a test has named. */
    private static final class Scene {
        final List<FleetCommand> commands = new ArrayList<>();
        final List<Notice> notices = new ArrayList<>();
        final Set<ReplicaId> silent = new HashSet<>();
        final Set<ReplicaId> wrong = new HashSet<>();
        final Set<ReplicaId> stuck = new HashSet<>();
        Fleet fleet;
        long now;

        Scene(int replicas, int standbys) {
            this(Scaling.Options.between(replicas, replicas), standbys);
        }

        Scene(Scaling.Options scaling, int standbys) {
            fleet = Fleet.of("v", Fleet.Options.usual(scaling, standbys), 1, Duration.ZERO, 0);
            tell(new FleetEvent.Tick());
            pass(3 * SECOND);
            commands.clear();
            notices.clear();
        }

        void tell(FleetEvent event) {
            Fleet.Step step = fleet.on(event, now);
            fleet = step.next();
            notices.addAll(step.notices());
            commands.addAll(step.commands());
            step.commands().forEach(this::obey);
        }

        private void obey(FleetCommand command) {
            ReplicaId id = command.replica();
            switch (command) {
                case FleetCommand.Start _ -> tell(new FleetEvent.Ready(id));
                case FleetCommand.Stop _ -> tell(new FleetEvent.Exited(id, 0));
                case FleetCommand.Kill _ -> tell(new FleetEvent.Exited(id, 137));
                case FleetCommand.Probe probe -> {
                    if (!silent.contains(id)) {
                        tell(new FleetEvent.Probed(
                                id,
                                probe.probe(),
                                wrong.contains(id)
                                        ? new FleetEvent.Golden.Wrong("1 of 4 values differs")
                                        : new FleetEvent.Golden.Right()));
                    }
                }
            }
        }

        void pass(long nanos) {
            for (long end = now + nanos; now < end; now += 10 * MS) {
                if (now % (50 * MS) == 0) {
                    for (ReplicaId id : List.copyOf(fleet.replicas().keySet())) {
                        if (!silent.contains(id)) {
                            tell(new FleetEvent.Beat(id, stuck.contains(id) ? 0 : now, stuck.contains(id) ? 1 : 0));
                        }
                    }
                }
                tell(new FleetEvent.Tick());
            }
        }

        long passUntil(Predicate<Fleet> holds) {
            long from = now;
            while (!holds.test(fleet) && now < from + 60 * SECOND) {
                pass(10 * MS);
            }
            assertThat(holds.test(fleet)).isTrue();
            return now - from;
        }

        ReplicaId first() {
            return fleet.rotation(now).getFirst().id();
        }

        boolean isOut(ReplicaId id) {
            return fleet.rotation(now).stream()
                    .noneMatch(candidate -> candidate.id().equals(id));
        }
    }

    @Test
    void aStoppedProcessIsOutWithinHalfASecondAndReplacedWithinTwo() {
        for (int standbys : new int[] {0, 1}) {
            var scene = new Scene(2, standbys);
            ReplicaId stopped = scene.first();
            scene.silent.add(stopped);
            assertThat(scene.passUntil(_ -> scene.isOut(stopped))).isLessThanOrEqualTo(500 * MS);
            assertThat(scene.passUntil(fleet -> fleet.inUse() == 2)).isLessThanOrEqualTo(1_500 * MS);
        }
    }

    @Test
    void anotherIsStartedForAStoppedProcessWhenItIsOutAndWhicheverIsThereFirstStays() {
        var scene = new Scene(2, 0);
        ReplicaId stopped = scene.first();
        scene.silent.add(stopped);
        scene.passUntil(_ -> scene.isOut(stopped));
        assertThat(scene.commands).contains(new FleetCommand.Start(new ReplicaId("v", 3), false));
        assertThat(scene.commands).noneMatch(command -> command instanceof FleetCommand.Kill);
        scene.silent.remove(stopped);
        scene.pass(5 * SECOND);
        assertThat(scene.fleet.inUse()).isEqualTo(2);
        assertThat(scene.fleet.replicas()).hasSize(2);
    }

    @Test
    void aStartIsUrgentWhenTooFewAreLeftForThoseWhoAsk() {
        for (int requests : new int[] {0, 1}) {
            var scene = new Scene(2, 0);
            scene.tell(new FleetEvent.Busy(requests, 0));
            scene.silent.add(new ReplicaId("v", 3)); // it takes its time
            List<ReplicaId> both = List.copyOf(scene.fleet.replicas().keySet());
            scene.tell(new FleetEvent.Ending(both.getFirst(), "killed"));
            scene.tell(new FleetEvent.Ending(both.getLast(), "killed"));
            assertThat(scene.commands)
                    .filteredOn(FleetCommand.Start.class::isInstance)
                    .containsExactly(
                            new FleetCommand.Start(new ReplicaId("v", 3), false),
                            new FleetCommand.Start(new ReplicaId("v", 4), requests > 0));
        }
    }

    @Test
    void oneThatHasJustBegunAndHasNothingToDoIsWarmedUp() {
        var scene = new Scene(1, 0);
        scene.tell(new FleetEvent.Resize(Scaling.Options.between(1, 1), 1));
        scene.pass(SECOND);
        var standby = new ReplicaId("v", 2);
        assertThat(scene.commands)
                .filteredOn(command -> command instanceof FleetCommand.Probe
                        && command.replica().equals(standby))
                .hasSizeGreaterThanOrEqualTo(50);
    }

    @Test
    void aProcessThatEndsIsOutWithTheEventThatSaysSoAndAStandbyIsInUse() {
        var scene = new Scene(2, 1);
        ReplicaId killed = scene.first();
        scene.tell(new FleetEvent.Exited(killed, 137));
        assertThat(scene.isOut(killed)).isTrue();
        assertThat(scene.fleet.inUse()).isEqualTo(2);
        assertThat(scene.commands).anyMatch(command -> command instanceof FleetCommand.Start);
    }

    @Test
    void aWrongReplicaIsOutWithinAGoldenPeriodAndNeverComesBack() {
        var scene = new Scene(2, 0);
        ReplicaId bad = scene.first();
        scene.wrong.add(bad);
        assertThat(scene.passUntil(_ -> scene.isOut(bad))).isLessThanOrEqualTo(SECOND);
        scene.wrong.clear();
        scene.pass(10 * SECOND);
        assertThat(scene.fleet.health(bad)).isEmpty();
        assertThat(scene.commands)
                .anyMatch(command -> command instanceof FleetCommand.Kill kill
                        && kill.replica().equals(bad)
                        && kill.reason().contains("1 of 4"));
    }

    /** Golden samples are answered rightly all the while: only what is reported shows it. */
    @Test
    void aReplicaWhoseAnswersTurnOutToBeWrongIsEndedAndReplacedAndTheOthersGoOn() {
        var scene = new Scene(3, 0);
        List<ReplicaId> replicas = List.copyOf(scene.fleet.replicas().keySet());
        ReplicaId bad = replicas.getFirst();
        for (int i = 0; scene.fleet.replicas().containsKey(bad); i++) {
            assertThat(i).isLessThan(200);
            for (ReplicaId id : replicas) {
                scene.tell(new FleetEvent.Reported(id, !id.equals(bad)));
            }
        }
        assertThat(scene.notices)
                .filteredOn(Notice.Ejected.class::isInstance)
                .singleElement()
                .satisfies(notice -> assertThat(((Notice.Ejected) notice).finding())
                        .isInstanceOf(Finding.OftenWrong.class)
                        .extracting(Finding::words)
                        .asString()
                        .contains("pairs (p = ", "bound 0.0001"));
        scene.passUntil(fleet -> fleet.inUse() == 3);
        assertThat(scene.fleet.replicas().keySet()).containsAll(replicas.subList(1, 3));
        scene.tell(new FleetEvent.Reported(bad, false)); // a late one, of one that is no more
        assertThat(scene.fleet.inUse()).isEqualTo(3);
    }

    @Test
    void replicasThatAreAllOftenWrongAreLetBe() {
        var scene = new Scene(3, 0);
        for (int i = 0; i < 500; i++) {
            for (ReplicaId id : List.copyOf(scene.fleet.replicas().keySet())) {
                scene.tell(new FleetEvent.Reported(id, i % 5 == 0));
            }
        }
        assertThat(scene.notices).noneMatch(Notice.Ejected.class::isInstance);
    }

    @Test
    void whenAllAnswerWronglyNobodyIsSentAnything() {
        var scene = new Scene(2, 0);
        scene.fleet.replicas().keySet().forEach(scene.wrong::add);
        scene.tell(new FleetEvent.Found(scene.first(), new Finding.GoldenWrong("wrong")));
        scene.tell(new FleetEvent.Found(scene.first(), new Finding.GoldenWrong("wrong")));
        assertThat(scene.notices)
                .filteredOn(notice -> notice instanceof Notice.Ejected)
                .hasSize(2);
    }

    @Test
    void anyOtherEjectionLeavesTheFloor() {
        var scene = new Scene(4, 0);
        for (ReplicaId id : scene.fleet.replicas().keySet()) {
            scene.tell(new FleetEvent.Found(id, new Finding.Slow("slow")));
        }
        assertThat(scene.fleet.inUse()).isZero();
        assertThat(scene.fleet.rotation(scene.now)).hasSize(2);
        scene.pass(5 * SECOND);
        assertThat(scene.fleet.inUse()).isEqualTo(4);
    }

    @Test
    void oneThatIsAliveButStuckIsFound() {
        var scene = new Scene(2, 0);
        ReplicaId stuck = scene.first();
        for (ReplicaId id : scene.fleet.replicas().keySet()) {
            scene.tell(new FleetEvent.Sent(id, false));
            scene.tell(new FleetEvent.Answered(id, 10 * MS));
            scene.tell(new FleetEvent.Ended(id, false));
        }
        scene.stuck.add(stuck);
        scene.pass(1_500 * MS);
        assertThat(scene.notices)
                .anyMatch(notice -> notice instanceof Notice.Ejected ejected
                        && ejected.replica().equals(stuck)
                        && ejected.finding() instanceof Finding.Stuck);
    }

    @Test
    void oneThatIsSlowerThanItsPeersIsFoundWhateverTheirPace() {
        for (long pace : new long[] {MS, 500 * MS}) {
            var scene = new Scene(3, 0);
            ReplicaId slow = scene.first();
            for (int i = 0; i < 40; i++) {
                for (ReplicaId id : List.copyOf(scene.fleet.replicas().keySet())) {
                    scene.tell(new FleetEvent.Answered(id, id.equals(slow) ? 4 * pace : pace + i % 3));
                }
                scene.pass(100 * MS);
            }
            assertThat(scene.notices)
                    .filteredOn(notice -> notice instanceof Notice.Ejected)
                    .isNotEmpty()
                    .allMatch(notice -> notice instanceof Notice.Ejected ejected
                            && ejected.replica().equals(slow)
                            && ejected.finding() instanceof Finding.Slow);
        }
    }

    @Test
    void oneThatFailsAtWhatOthersDoIsFoundAndOneFailureIsForgiven() {
        var scene = new Scene(2, 0);
        ReplicaId failing = scene.first();
        scene.tell(new FleetEvent.Blamed(failing));
        assertThat(scene.notices).isEmpty();
        for (int i = 0; i < 10; i++) {
            scene.tell(new FleetEvent.Blamed(failing));
        }
        assertThat(scene.notices)
                .anyMatch(notice ->
                        notice instanceof Notice.Ejected ejected && ejected.finding() instanceof Finding.Failing);
    }

    @Test
    void startsThatFailAreRepeatedAfterPausesThatDouble() {
        var fleet = Fleet.of("v", Fleet.Options.usual(Scaling.Options.between(1, 1), 0), 1, Duration.ZERO, 0);
        int starts = 0;
        for (long now = 0; now < 60 * SECOND; now += 10 * MS) {
            var toDo = new ArrayDeque<FleetEvent>(List.of(new FleetEvent.Tick()));
            while (!toDo.isEmpty()) {
                Fleet.Step step = fleet.on(toDo.removeFirst(), now);
                fleet = step.next();
                starts += step.commands().size();
                step.commands()
                        .forEach(command -> toDo.addLast(new FleetEvent.NotStarted(command.replica(), "no such file")));
            }
        }
        assertThat(starts).isBetween(5, 10);
    }

    @Test
    void replicasThatLiveAreAdoptedAndNoNumberIsUsedTwice() {
        var adopting =
                Fleet.of("v", Fleet.Options.usual(Scaling.Options.between(2, 2), 0), 5, Duration.ofSeconds(1), 0);
        Fleet.Step first = adopting.on(new FleetEvent.Tick(), 0);
        assertThat(first.commands()).isEmpty();
        var left = new ReplicaId("v", 7);
        Fleet.Step taken = first.next().on(new FleetEvent.Adopted(left), 9 * MS);
        assertThat(taken.commands()).isEmpty();
        Fleet.Step second = taken.next().on(new FleetEvent.Ready(left), 10 * MS);
        assertThat(second.commands()).containsExactly(new FleetCommand.Probe(new ReplicaId("v", 7), 1));
        Fleet.Step third = second.next().on(new FleetEvent.Tick(), SECOND);
        assertThat(third.commands()).contains(new FleetCommand.Start(new ReplicaId("v", 8), false));
    }

    @Test
    void aVersionThatIsRetiredDrainsBeforeItEnds() {
        var scene = new Scene(2, 1);
        ReplicaId busy = scene.first();
        scene.tell(new FleetEvent.Sent(busy, false));
        scene.tell(new FleetEvent.Retire());
        scene.pass(SECOND);
        assertThat(scene.fleet.replicas().keySet()).containsExactly(busy);
        scene.tell(new FleetEvent.Ended(busy, false));
        scene.pass(100 * MS);
        assertThat(scene.fleet.isOver()).isTrue();
    }

    @Test
    void itGrowsWithTheLoadAndShrinksOnlyLongAfter() {
        var scene = new Scene(Scaling.Options.between(1, 4), 0);
        long from = scene.now;
        while (scene.fleet.inUse() < 4 && scene.now < from + 30 * SECOND) {
            scene.tell(new FleetEvent.Busy(16, 0));
            scene.pass(20 * MS);
        }
        assertThat(scene.now - from).isLessThan(8 * SECOND);
        for (int i = 0; i < 2_500; i++) {
            scene.tell(new FleetEvent.Busy(0, 0));
            scene.pass(20 * MS);
        }
        assertThat(scene.fleet.inUse()).isEqualTo(4);
        for (int i = 0; i < 7_500; i++) {
            scene.tell(new FleetEvent.Busy(0, 0));
            scene.pass(20 * MS);
        }
        assertThat(scene.fleet.inUse()).isLessThanOrEqualTo(2);
    }

    @Test
    void aLoadBetweenTheBoundsChangesNothing() {
        Scaling scaling = Scaling.of(Scaling.Options.between(2, 8), 0);
        for (int i = 0; i < 10_000; i++) {
            scaling = scaling.after(5 + i % 3, 0, 20 * MS * i);
            assertThat(scaling.target()).isEqualTo(2);
        }
        assertThat(scaling.after(6, 60 * MS, 200 * SECOND)
                        .after(6, 60 * MS, 202 * SECOND)
                        .target())
                .as("requests wait in the queue")
                .isEqualTo(3);
    }
}
