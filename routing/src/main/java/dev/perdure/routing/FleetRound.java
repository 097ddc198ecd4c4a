package dev.perdure.routing;

import dev.perdure.reliability.SequentialRateTest;
import dev.perdure.routing.Health.Signal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** One event's way through a {@link Fleet}: a draft of its successor, written to and then closed. */
final class FleetRound {
    private static final long KILL_AGAIN_NANOS = 2_000_000_000L;

    private final Fleet before;
    private final long now;
    private final SortedMap<ReplicaId, Replica> replicas;
    private final List<FleetCommand> commands = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();
    private Peers peers;
    private Scaling scaling;
    private int standbys;
    private long nextNumber;
    private int failuresInARow;
    private long startsFrom;
    private boolean isRetired;
    private Pace looks;

    FleetRound(Fleet fleet, long now) {
        before = fleet;
        this.now = now;
        replicas = new TreeMap<>(fleet.replicas());
        peers = fleet.peers();
        scaling = fleet.scaling();
        standbys = fleet.standbys();
        nextNumber = fleet.nextNumber();
        failuresInARow = fleet.failuresInARow();
        startsFrom = fleet.startsFrom();
        isRetired = fleet.isRetired();
        looks = fleet.looks();
    }

    Fleet.Step end() {
        var next = new Fleet(
                before.options(),
                before.version(),
                replicas,
                peers,
                scaling,
                standbys,
                nextNumber,
                failuresInARow,
                startsFrom,
                isRetired,
                looks);
        return new Fleet.Step(next, commands, notices);
    }

    void on(FleetEvent event) {
        switch (event) {
            case FleetEvent.Sent sent -> change(sent.replica(), known -> known.sent(sent.suspect(), now));
            case FleetEvent.Suspected suspected ->
                change(suspected.replica(), known -> known.with(known.load().suspected()));
            case FleetEvent.Ended ended ->
                change(ended.replica(), known -> known.with(known.load().ended(ended.suspect())));
            case FleetEvent.Answered answered -> answered(answered);
            case FleetEvent.Overtaken overtaken ->
                change(overtaken.replica(), known -> known.overtaken(overtaken.latencyNanos(), now));
            case FleetEvent.Blamed blamed -> counted(blamed.replica(), 1);
            case FleetEvent.Ready ready -> ready(ready.replica());
            case FleetEvent.Adopted adopted -> adopted(adopted.replica());
            case FleetEvent.NotStarted failed -> gone(failed.replica(), new Finding.NotStarted(failed.why()));
            case FleetEvent.Exited exited -> gone(exited.replica(), new Finding.Exited(exited.exit()));
            case FleetEvent.Ending ending -> found(ending.replica(), new Finding.Ending(ending.why()));
            case FleetEvent.Disconnected lost -> found(lost.replica(), new Finding.Disconnected(lost.why()));
            case FleetEvent.Beat beat ->
                change(
                        beat.replica(),
                        known -> known.vitals()
                                .map(vitals -> known.with(vitals.beat(beat.done(), beat.waiting(), now)))
                                .orElse(known));
            case FleetEvent.Probed probed -> probed(probed);
            case FleetEvent.Found found -> found(found.replica(), found.finding());
            case FleetEvent.Reported reported -> reported(reported.replica(), reported.isRight());
            case FleetEvent.Doubted doubted ->
                change(doubted.replica(), known -> known.with(known.upkeep().probeAt(now)));
            case FleetEvent.Busy busy -> scaled(scaling.after(busy.requests(), busy.delayNanos(), now), "load");
            case FleetEvent.Resize resize -> {
                standbys = resize.standbys();
                scaled(scaling.within(resize.scaling()), "asked");
            }
            case FleetEvent.Retire _ -> isRetired = true;
            case FleetEvent.Tick _ -> look();
        }
        boolean isQuiet = event instanceof FleetEvent.Sent
                || event instanceof FleetEvent.Suspected
                || event instanceof FleetEvent.Ended
                || event instanceof FleetEvent.Overtaken
                || event instanceof FleetEvent.Beat;
        if (!isQuiet) {
            settle();
        }
    }

    private void change(ReplicaId id, UnaryOperator<Replica> by) {
        replicas.computeIfPresent(id, (_, known) -> by.apply(known));
    }

    private void answered(FleetEvent.Answered answered) {
        if (find(answered.replica()).filter(known -> !known.isUseful()).isPresent()) {
            useful();
        }
        change(answered.replica(), known -> known.answered(answered.latencyNanos(), now));
        counted(answered.replica(), 0);
    }

    /** One that was started has answered somebody: whatever kept others from that is over. */
    private void useful() {
        startsFrom = failuresInARow > 0 ? Math.min(startsFrom, now) : startsFrom;
        failuresInARow = 0;
    }

    private void counted(ReplicaId id, int failures) {
        Optional<Replica> known = find(id);
        if (known.isEmpty()) {
            return;
        }
        SequentialRateTest.Next next = known.get().failures().after(failures, 1);
        replicas.put(id, known.get().with(next.test()));
        if (next.outcome() == SequentialRateTest.Outcome.FAULTY) {
            found(
                    id,
                    new Finding.Failing(
                            "requests fail there that succeed elsewhere: log likelihood ratio %.1f (bound %.1f)"
                                    .formatted(next.logRatio(), next.test().upper())));
        }
    }

    private void reported(ReplicaId id, boolean isRight) {
        if (replicas.containsKey(id)) {
            replicas.replaceAll((each, known) -> known.reported(each.equals(id), isRight));
            find(id).flatMap(known -> known.truths().found()).ifPresent(finding -> found(id, finding));
        }
    }

    private Optional<Replica> find(ReplicaId id) {
        return Optional.ofNullable(replicas.get(id));
    }

    private void ready(ReplicaId id) {
        change(id, known -> {
            Replica heard = known.vitals().isPresent()
                    ? known
                    : known.with(Vitals.of(before.options().vitals(), now));
            return heard.with(heard.upkeep().probeAt(now));
        });
    }

    private void adopted(ReplicaId id) {
        if (!replicas.containsKey(id) && id.version().equals(before.version())) {
            replicas.put(id, Replica.starting(id, before.options().failures(), now));
            nextNumber = Math.max(nextNumber, id.number() + 1);
        }
    }

    /** The process is gone for certain, so it is forgotten. */
    private void gone(ReplicaId id, Finding why) {
        found(id, why);
        replicas.remove(id);
    }

    private void probed(FleetEvent.Probed probed) {
        Optional<Replica> asked = find(probed.replica()).filter(known -> isExpected(known.upkeep(), probed.probe()));
        if (asked.isEmpty()) {
            return;
        }
        Replica known = asked.get().with(asked.get().upkeep().probed());
        replicas.put(known.id(), known);
        switch (probed.result()) {
            case FleetEvent.Golden.Right _ -> signal(known.id(), new Signal.Passed());
            case FleetEvent.Golden.Wrong wrong -> found(known.id(), new Finding.GoldenWrong(wrong.words()));
            case FleetEvent.Golden.Failed _ -> counted(known.id(), 1);
        }
    }

    private static boolean isExpected(Upkeep upkeep, long probe) {
        return upkeep.isProbing() && upkeep.probes() == probe && upkeep.killedAt() < 0;
    }

    private void found(ReplicaId id, Finding finding) {
        signal(id, new Signal.Found(finding));
    }

    private void signal(ReplicaId id, Signal signal) {
        Optional<Replica> known = find(id);
        if (known.isPresent()) {
            Replica was = known.get();
            Health next = was.health().after(signal, now, before.options().health());
            if (!next.equals(was.health())) {
                replicas.put(id, was.with(next));
                tell(was, next);
            }
        }
    }

    private void tell(Replica was, Health next) {
        switch (next) {
            case Health.Ejected ejected -> notices.add(new Notice.Ejected(was.id(), ejected.why(), ejected.times()));
            case Health.Stopped stopped -> {
                boolean planned =
                        was.health() instanceof Health.Draining || was.health().isWrong();
                notices.add(new Notice.Gone(was.id(), stopped.why(), Evidence.of(was, stopped.why())));
                if (!planned) {
                    failed(was);
                }
            }
            case Health.Standby _ ->
                notices.add(was.health().isInUse() ? new Notice.Rested(was.id()) : new Notice.Readmitted(was.id()));
            case Health.OnTrial _ -> notices.add(new Notice.PutToUse(was.id()));
            case Health.Serving _ -> failuresInARow = 0;
            case Health.Starting _, Health.Draining _ -> {}
        }
        if (next.isWrong()) {
            failed(was);
        }
    }

    /** The end of one that was of use costs no pause, nor does the first of others: only those that follow it do. */
    private void failed(Replica was) {
        if (was.isUseful()) {
            return;
        }
        failuresInARow++;
        if (failuresInARow > 1) {
            long pause =
                    before.options().restarts().pauseAfter(failuresInARow - 1).toNanos();
            startsFrom = Math.max(startsFrom, now + pause);
        }
    }

    private void scaled(Scaling next, String reason) {
        if (next.target() != scaling.target()) {
            notices.add(new Notice.Scaled(before.version(), scaling.target(), next.target(), reason));
        }
        scaling = next;
    }

    /** Finds what only time shows. */
    private void look() {
        looks = looks.after(now);
        var watch = new Watch(before.options(), List.copyOf(replicas.values()), looks, now);
        for (Replica replica : List.copyOf(replicas.values())) {
            lookAt(replica, watch);
            signal(replica.id(), new Signal.Tick());
        }
        var inUse = new TreeMap<>(replicas);
        inUse.values().removeIf(replica -> !replica.health().isInUse());
        Peers.Judged judged = peers.look(inUse, now);
        peers = judged.next();
        if (judged.isOver()) {
            replicas.replaceAll((_, replica) -> replica.with(replica.load().newRound()));
        }
        judged.slow().forEach(this::found);
    }

    private void lookAt(Replica replica, Watch watch) {
        watch.finding(replica).ifPresent(finding -> found(replica.id(), finding));
        if (watch.isProbeLate(replica)) {
            change(replica.id(), known -> known.with(known.upkeep().probed()));
            found(
                    replica.id(),
                    new Finding.Stuck("a golden inference was not answered within "
                            + before.options().goldenMax()));
        }
        if (watch.isNeverReady(replica)) {
            found(
                    replica.id(),
                    new Finding.NeverReady(
                            "it was not ready within " + before.options().startMax()));
        }
    }

    /** Brings about what is wanted, as far as that can be done now. */
    private void settle() {
        int target = isRetired ? 0 : scaling.target();
        int spares = isRetired ? 0 : standbys;
        while (count(Replica::isReckonedOn) > target + spares && drainOne(target)) {}
        while (count(replica -> replica.health().isInUse()) < target && useOne()) {}
        while (count(replica -> replica.health().isInUse()) > target && restOne()) {}
        while (now >= startsFrom && count(isAnyInUse() ? Replica::isReckonedOn : Replica::counts) < target + spares) {
            start();
        }
        for (Replica replica : List.copyOf(replicas.values())) {
            keepUp(replica);
        }
    }

    private boolean isAnyInUse() {
        return count(replica -> replica.health().isInUse()) > 0;
    }

    private int count(Predicate<Replica> which) {
        return (int) replicas.values().stream().filter(which).count();
    }

    private boolean drainOne(int target) {
        boolean sparesInUse = count(replica -> replica.health().isInUse()) > target;
        Optional<Replica> victim = replicas.values().stream()
                .filter(Replica::counts)
                .filter(replica -> sparesInUse || !replica.health().isInUse())
                .max(Comparator.<Replica>comparingInt(Replica::dispensability).thenComparing(Replica::id));
        victim.ifPresent(replica -> signal(replica.id(), new Signal.Drain()));
        return victim.isPresent();
    }

    private boolean useOne() {
        Optional<ReplicaId> ready = replicas.values().stream()
                .filter(replica -> replica.health() instanceof Health.Standby)
                .min(Comparator.<Replica>comparingInt(r -> r.health().times()).thenComparing(Replica::id))
                .map(Replica::id);
        ready.ifPresent(id -> signal(id, new Signal.Use()));
        return ready.isPresent();
    }

    private boolean restOne() {
        Optional<ReplicaId> newest = replicas.values().stream()
                .filter(replica -> replica.health().isInUse())
                .max(Comparator.comparingInt(Replica::dispensability).thenComparing(Replica::id))
                .map(Replica::id);
        newest.ifPresent(id -> signal(id, new Signal.Rest()));
        return newest.isPresent();
    }

    private void start() {
        var id = new ReplicaId(before.version(), nextNumber);
        nextNumber++;
        replicas.put(id, Replica.starting(id, before.options().failures(), now));
        commands.add(new FleetCommand.Start(id, isUrgent()));
    }

    /** What is left cannot be enough, and somebody asks. */
    private boolean isUrgent() {
        return scaling.load() > 0 && count(replica -> replica.health().isInUse()) < before.floor();
    }

    private void keepUp(Replica replica) {
        switch (replica.health()) {
            case Health.Draining draining -> endDrained(replica, draining);
            case Health.Stopped stopped -> kill(replica, stopped.why().words());
            case Health.Ejected ejected -> {
                if (isBeyondWaiting(replica, ejected)) {
                    kill(replica, ejected.why().words());
                } else if (now >= ejected.until()) {
                    probe(replica);
                }
            }
            case Health.Starting _, Health.Standby _, Health.OnTrial _, Health.Serving _ -> probe(replica);
        }
    }

    private void endDrained(Replica replica, Health.Draining draining) {
        boolean isLate = now - draining.since() >= before.options().drainMax().toNanos();
        if (isLate) {
            kill(replica, "it did not end within " + before.options().drainMax());
        } else if (replica.load().inFlight() == 0 && replica.upkeep().endedAt() < 0) {
            commands.add(new FleetCommand.Stop(replica.id()));
            change(replica.id(), known -> known.with(known.upkeep().ended(now)));
        }
    }

    private boolean isBeyondWaiting(Replica replica, Health.Ejected ejected) {
        var watch = new Watch(before.options(), replicas.values(), looks, now);
        return watch.isBeyondWaiting(replica, ejected, isAnyInUse());
    }

    private void kill(Replica replica, String reason) {
        Upkeep upkeep = replica.upkeep();
        if (upkeep.killedAt() < 0 || now - upkeep.killedAt() >= KILL_AGAIN_NANOS) {
            commands.add(new FleetCommand.Kill(replica.id(), reason));
            change(replica.id(), known -> known.with(known.upkeep().killed(now)));
        }
    }

    private void probe(Replica replica) {
        Upkeep upkeep = replica.upkeep();
        if (!upkeep.isProbing() && replica.vitals().isPresent() && now >= upkeep.probeFrom()) {
            Upkeep next =
                    upkeep.probing(now + replica.untilProbe(before.options().golden()), now);
            commands.add(new FleetCommand.Probe(replica.id(), next.probes()));
            change(replica.id(), known -> known.with(next));
        }
    }
}
