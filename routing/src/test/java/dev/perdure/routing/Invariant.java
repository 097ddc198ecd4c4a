package dev.perdure.routing;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What must hold whatever goes wrong. */
interface Invariant {
    /** A command, before it is done. */
    default void saw(Command command, World world) {}

    /** The state after an event and its commands. */
    default void after(World world) {}

    /** The state when faults and load are long over. */
    default void atTheEnd(World world) {}

    static List<Invariant> all() {
        return List.of(
                new AnsweredOnceInTime(),
                new AnswersAreWhole(),
                new NothingKnownToBeWrongLeaves(),
                new NotSentToTheBad(),
                new NeverTwiceToOne(),
                new FloorIsKept(),
                new EverythingIsBounded(),
                new PoisonEndsFew(),
                new OneAtATimeFailsNobody(),
                new NobodyIsKilledForTheMachine(),
                new LossesAreMadeUpAtOnce(),
                new WholeAgain());
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private static void require(boolean holds, String what, Object... arguments) {
        if (!holds) {
            throw new AssertionError(what.formatted(arguments));
        }
    }

    /** Every request gets one answer or one reason, at its deadline at the latest, and is then forgotten once. */
    final class AnsweredOnceInTime implements Invariant {
        private static final long LATE = 1_000_000;

        @Override
        public void saw(Command command, World world) {
            switch (command) {
                case Command.Answer answer -> ends(answer.request(), world);
                case Command.Fail fail -> ends(fail.request(), world);
                case Command.Forget forget ->
                    require(!world.mustFind(forget.request()).isForgotten, "%s is forgotten twice", forget);
                case Command.Send _, Command.Cancel _, Command.Fall _, Command.Compare _, Command.OfFleet _ -> {}
            }
        }

        private static void ends(RequestId id, World world) {
            World.Asked request = world.mustFind(id);
            require(request.ends == 0, "%s is answered twice", id);
            require(!request.isLost, "%s is answered, but nobody waits", id);
            long latest = Math.max(request.ask.deadline(), world.pausedUntil) + LATE;
            require(world.now <= latest, "%s ends %d ns after its deadline", id, world.now - request.ask.deadline());
        }

        @Override
        public void atTheEnd(World world) {
            world.asked.forEach((id, request) -> {
                require(request.isLost || request.ends == 1, "%s has %d answers", id, request.ends);
                require(request.isForgotten, "%s is never forgotten", id);
            });
        }
    }

    /** An answer has each item once, from an attempt that had it and gave an output. */
    final class AnswersAreWhole implements Invariant {
        @Override
        public void saw(Command command, World world) {
            if (command instanceof Command.Answer answer) {
                World.Asked request = world.mustFind(answer.request());
                var seen = new HashSet<Integer>();
                for (Next.Part part : answer.parts()) {
                    for (int item : part.items()) {
                        require(seen.add(item), "%s has item %d twice", answer, item);
                        require(
                                request.outputs
                                        .getOrDefault(part.attempt(), Map.of())
                                        .containsKey(item),
                                "%s: attempt %d gave nothing for item %d",
                                answer,
                                part.attempt(),
                                item);
                    }
                }
                require(seen.size() == request.ask.digests().size(), "%s has not all items", answer);
            }
        }
    }

    /**
     * No answer leaves that a replica gave which is known to be wrong by then; and a wrong replica is known within a second:
     * a golden period and the time a golden inference takes, which is more at a replica that is slow too. What counts is the
     * time in which it could be seen, see {@link SimReplica#wrongNanos}: one that turns wrong and then gets stuck answers
     * neither golden inferences nor requests until it goes on. It is assumed that the golden set sees what is wrong.
     */
    final class NothingKnownToBeWrongLeaves implements Invariant {
        private static final long GOLDEN = 1_000_000_000L;

        @Override
        public void saw(Command command, World world) {
            if (command instanceof Command.Answer answer) {
                World.Asked request = world.mustFind(answer.request());
                for (Next.Part part : answer.parts()) {
                    ReplicaId by = request.replicas.get(part.attempt());
                    if (by != null) {
                        judge(answer, part, by, request, world);
                    }
                }
            }
        }

        private static void judge(
                Command.Answer answer, Next.Part part, ReplicaId by, World.Asked request, World world) {
            boolean isKnown = world.routing
                    .fleet(by.version())
                    .flatMap(fleet -> fleet.health(by))
                    .filter(Health::isWrong)
                    .isPresent();
            require(!isKnown, "%s: %s is known to be wrong", answer, by);
            SimReplica process = world.processes.get(by);
            for (int item : part.items()) {
                String right = World.right(by.version(), request.ask.digests().get(item));
                String given =
                        request.outputs.getOrDefault(part.attempt(), Map.of()).getOrDefault(item, "");
                if (!given.equals(right) && process != null) {
                    long wrongFor = process.wrongNanos();
                    require(
                            wrongFor <= GOLDEN * (process.wasSlow ? 2 : 1),
                            "%s: %s has answered wrongly for %d ms",
                            answer,
                            by,
                            wrongFor / 1_000_000);
                }
            }
        }
    }

    /** No item goes to a replica that is wrong, gone, draining or never shown to be right, and no quarantined one anywhere. */
    final class NotSentToTheBad implements Invariant {
        @Override
        public void saw(Command command, World world) {
            if (command instanceof Command.Send send) {
                Health health = world.routing
                        .fleet(send.replica().version())
                        .flatMap(fleet -> fleet.health(send.replica()))
                        .orElse(new Health.Stopped(new Finding.Exited(0)));
                boolean isGood = health.isInUse() || health.isLastResort() || health instanceof Health.Standby;
                require(isGood, "%s, which is %s", send, health);
                require(world.shown.contains(send.replica()), "%s, which was never shown to be right", send);
                for (int item : send.items()) {
                    String digest = world.mustFind(send.request()).ask.digests().get(item);
                    require(
                            !world.routing.quarantine().holds(digest, world.now),
                            "%s, of which item %d is quarantined",
                            send,
                            item);
                }
            }
        }
    }

    /** No item goes to a replica that has had it, be it as a hedge, unless the replica did not take it. */
    final class NeverTwiceToOne implements Invariant {
        @Override
        public void saw(Command command, World world) {
            if (command instanceof Command.Send send) {
                World.Asked request = world.mustFind(send.request());
                request.replicas.forEach((attempt, replica) -> {
                    boolean isSame = replica.equals(send.replica())
                            && !request.turnedAway.contains(attempt)
                            && request.attempts.getOrDefault(attempt, List.of()).stream()
                                    .anyMatch(send.items()::contains);
                    require(!isSame, "%s, which has had it as attempt %d", send, attempt);
                });
            }
        }
    }

    /** Ejection leaves the floor, as far as there are replicas that can answer rightly. */
    final class FloorIsKept implements Invariant {
        @Override
        public void after(World world) {
            for (String version : world.routing.versions()) {
                Fleet fleet = world.routing.fleet(version).orElseThrow();
                long able = fleet.replicas().values().stream()
                        .filter(replica -> world.shown.contains(replica.id()))
                        .filter(Replica::counts)
                        .count();
                int rotation = fleet.rotation(world.now).size();
                require(
                        rotation >= Math.min(fleet.floor(), able),
                        "version %s: %d of %d able replicas in the rotation (floor %d)",
                        version,
                        rotation,
                        able,
                        fleet.floor());
            }
        }
    }

    /** Nothing grows without limit; what is remembered of items is bounded by what was ever under way at once. */
    final class EverythingIsBounded implements Invariant {
        private static final int ITEMS_MAX = 5;
        private int mostUnderWay;

        @Override
        public void after(World world) {
            Admission admission = world.routing.admission();
            mostUnderWay = Math.max(mostUnderWay, world.routing.underWay());
            require(
                    admission.waiting() <= world.options.admission().queueMax(),
                    "%d requests wait",
                    admission.waiting());
            require(admission.underWay() >= 0, "%d requests under way", admission.underWay());
            require(
                    admission.underWay() == world.routing.underWay(),
                    "%d are let in, %d are under way",
                    admission.underWay(),
                    world.routing.underWay());
            require(admission.underWay() <= 256, "%d requests under way", admission.underWay());
            require(
                    world.routing.quarantine().size() <= 20 + ITEMS_MAX * mostUnderWay,
                    "%d items in quarantine",
                    world.routing.quarantine().size());
            require(world.routing.comparisons() <= 16, "%d comparisons", world.routing.comparisons());
            for (String version : world.routing.versions()) {
                int processes =
                        world.routing.fleet(version).orElseThrow().replicas().size();
                require(processes <= 60, "version %s has %d processes", version, processes);
            }
        }
    }

    /**
     * An item that ends replicas ends two in a gateway's life, and those that had it at that moment; some more when it is
     * not seen how they ended, or others were with it that had been with a dead one before.
     */
    final class PoisonEndsFew implements Invariant {
        private static final int EACH = 9;
        private static final int ONCE = 6;

        @Override
        public void atTheEnd(World world) {
            int most = world.kind == World.Kind.POISON ? ONCE : EACH * world.lives();
            world.kills.forEach((digest, deaths) -> require(deaths <= most, "%s ended %d replicas", digest, deaths));
        }
    }

    /** While one other replica is well or about to be, and there is time, no request fails but one that ends replicas. */
    final class OneAtATimeFailsNobody implements Invariant {
        @Override
        public void saw(Command command, World world) {
            if (command instanceof Command.Fail fail && !world.mayFail()) {
                boolean isGuilty =
                        world.mustFind(fail.request()).ask.digests().stream().anyMatch(world::isPoison);
                require(isGuilty && fail.status() == Status.QUARANTINED, "%s, though another replica is well", fail);
            }
        }
    }

    /** On a machine that is busy, a replica may be passed by for a while, but is not killed. */
    final class NobodyIsKilledForTheMachine implements Invariant {
        @Override
        public void saw(Command command, World world) {
            boolean isKill = command instanceof Command.OfFleet of && of.command() instanceof FleetCommand.Kill;
            require(world.kind != World.Kind.BUSY || !isKill, "%s, which is well", command);
        }
    }

    /** Whoever was of use is replaced without a pause, however often that happens. */
    final class LossesAreMadeUpAtOnce implements Invariant {
        private static final long PAUSE = 300_000_000;
        private long wholeAt;

        @Override
        public void after(World world) {
            if (world.kind != World.Kind.LOSSES) {
                return;
            }
            long there = world.processes.values().stream()
                    .filter(process -> !process.isDead)
                    .count();
            wholeAt = there >= world.target + world.standbys ? world.now : wholeAt;
            require(
                    world.now - wholeAt <= PAUSE,
                    "%d replicas of %d, and no other is started",
                    there,
                    world.target + world.standbys);
        }
    }

    /** Once faults are over, there are as many replicas in use and standing by as are wanted, and none has anything to do. */
    final class WholeAgain implements Invariant {
        @Override
        public void atTheEnd(World world) {
            require(
                    world.kind != World.Kind.UPGRADE
                            || !world.routing.versions().contains(World.STABLE),
                    "version %s is still there",
                    World.STABLE);
            Set<ReplicaId> alive = new HashSet<>();
            for (String version : world.routing.versions()) {
                Fleet fleet = world.routing.fleet(version).orElseThrow();
                int wanted = version.equals(World.PREVIOUS) ? 1 : world.target;
                int spares = version.equals(World.PREVIOUS) ? 0 : world.standbys;
                require(
                        fleet.inUse() == wanted,
                        "version %s: %d in use of %d: %s",
                        version,
                        fleet.inUse(),
                        wanted,
                        fleet.replicas().values());
                require(
                        fleet.replicas().size() == wanted + spares,
                        "version %s: %s (expected: %d in use and %d standing by)",
                        version,
                        fleet.replicas().values(),
                        wanted,
                        spares);
                fleet.replicas().values().forEach(replica -> {
                    require(replica.load().inFlight() == 0, "%s still has something", replica);
                    alive.add(replica.id());
                });
            }
            world.processes
                    .values()
                    .forEach(process -> require(
                            process.isDead || alive.contains(process.id), "%s runs and belongs to nobody", process.id));
        }
    }
}
