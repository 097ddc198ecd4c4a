package dev.perdure.supervision;

import dev.perdure.supervision.Stage.Committing;
import dev.perdure.supervision.Stage.Ended;
import dev.perdure.supervision.Stage.Ending;
import dev.perdure.supervision.Stage.Gathering;
import dev.perdure.supervision.Stage.Regrouping;
import dev.perdure.supervision.Stage.Returning;
import dev.perdure.supervision.Stage.Running;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which group there is, and what follows when the workers no longer fit it. After every event {@link #settle} looks at
 * what is, and not at what happened: several failures at once, or one while another is dealt with, are no cases of their
 * own.
 */
final class Grouping {
    private final Desk desk;
    private final Casualties casualties;
    private final Numbers numbers;
    private final Extending extending;
    private Targets targets;
    private String meetingPlace;
    private Stage stage;
    private Optional<Generation> latest;
    /** The highest position this run has applied, as far as is known. */
    private long best;
    /** Where the running generation began; absent until its source has said. */
    private OptionalLong begun = OptionalLong.empty();
    /** How many members have the source's state. */
    private int formed;

    private int fruitless;

    Grouping(Desk desk, Facts facts) {
        this.desk = desk;
        casualties = desk.casualties;
        numbers = new Numbers(desk, this, casualties, facts);
        extending = new Extending(desk, this);
        targets = facts.targets();
        meetingPlace = desk.run.meetingPlace();
        latest = facts.generation();
        best = facts.position().orElse(-1);
        stage = new Gathering(-1);
        if (facts.outcome().isPresent()) {
            stage = new Ending(facts.outcome().get());
        } else if (latest.isPresent() && numbers.trust().notAfter().isEmpty()) {
            stage = new Returning(latest.get(), 0);
        }
    }

    Stage stage() {
        return stage;
    }

    Numbers numbers() {
        return numbers;
    }

    /** Returns the position that the running generation began at; -1 while that is not known. */
    long begun() {
        return begun.orElse(-1);
    }

    Targets targets() {
        return targets;
    }

    long latestNumber() {
        return latest.map(Generation::number).orElse(0L);
    }

    boolean isOver() {
        return stage instanceof Ending || stage instanceof Ended;
    }

    boolean isRunning(long number) {
        return stage instanceof Running running && running.generation().number() == number;
    }

    boolean isRegrouping(long number) {
        return stage instanceof Regrouping regrouping && regrouping.number() == number;
    }

    void meetsAt(String place) {
        meetingPlace = place;
    }

    void resize(Targets wanted) {
        targets = wanted;
        desk.outbox.add(new Fact.Resized(wanted));
        for (Life life : desk.roster.all()) {
            if (life.slot >= wanted.total() && life.generation == 0 && life.position.isEmpty()) {
                desk.dismiss(life, "fewer workers are wanted");
            }
        }
    }

    /** Lets in one that has joined: to the group, if that is forming or is the one it is in already. */
    void welcome(Life life) {
        desk.send(life, new ToWorker.Welcome(desk.epoch, desk.run.patience().heartbeats()));
        switch (stage) {
            case Regrouping regrouping -> prepare(life, regrouping.number());
            case Gathering gathering when gathering.since() < 0 -> stage = new Gathering(desk.clock);
            case Gathering _, Returning _, Committing _, Running _ -> {}
            case Ending _, Ended _ -> desk.dismiss(life, "the run is over");
        }
    }

    /** The group does not answer, and nobody knows whose fault that is yet. */
    void broken(String kind, String evidence) {
        casualties.broken(kind, evidence);
        if (stage instanceof Running running) {
            regroup("generation %d is broken: %s".formatted(running.generation().number(), evidence));
        }
    }

    /** Something is wrong with a worker: it is fenced, unless its process is gone already. */
    void fail(Life life, Failure failure, long detectNanos) {
        if (life.stage == Life.Stage.FENCED) {
            return;
        }
        boolean expected = life.stage == Life.Stage.LEAVING || isOver();
        desk.fence(life, failure.evidence());
        if (!expected) {
            casualties.blame(life, failure, latestNumber(), detectNanos);
        }
    }

    /** A process is gone for certain. */
    void gone(Life life, Failure failure, long detectNanos) {
        if (life.stage != Life.Stage.LEAVING && life.stage != Life.Stage.FENCED && !isOver()) {
            casualties.blame(life, failure, latestNumber(), detectNanos);
        }
        desk.forget(life);
    }

    /** A member applied a position in the running generation. */
    void applied(long position, Generation generation) {
        if (begun.isPresent() && position > begun.getAsLong() && desk.journal.isOpen()) {
            desk.recovered();
        }
        if (position > best) {
            best = position;
            fruitless = 0;
            for (Share share : generation.shares()) {
                desk.roster.find(share.worker()).ifPresent(life -> desk.proved(life));
            }
        }
    }

    /** A member has the source's state, and may have stepped since. Returns whether it is the last one to have it. */
    boolean formed(Life life, long position) {
        formed += life.formed ? 0 : 1;
        life.formed = true;
        life.position = OptionalLong.of(position);
        begun = begun.isPresent() ? begun : OptionalLong.of(position);
        if (!(stage instanceof Running running)
                || formed < running.generation().shares().size()) {
            return false;
        }
        numbers.trust().formed(running.generation(), position);
        desk.say("generation %d steps, from position %d"
                .formatted(running.generation().number(), position));
        return true;
    }

    void end(Outcome outcome) {
        if (isOver()) {
            return;
        }
        stage = new Ending(outcome);
        extending.ends();
        desk.journal.ends(outcome, desk.clock);
        desk.outbox.add(new Fact.Ended(outcome));
        desk.say("the run ends: " + outcome);
        desk.roster.all().forEach(life -> desk.dismiss(life, "the run is over"));
    }

    /** Another supervisor has the run. */
    void yieldTo(long epoch) {
        var outcome = new Outcome.Superseded(epoch);
        stage = new Ended(outcome);
        desk.outbox.giveUp();
        desk.say("epoch %d has the run; this supervisor, of epoch %d, falls silent".formatted(epoch, desk.epoch));
        desk.act(new Command.Finish(outcome));
    }

    /** A generation is durable: its members may know of it, if it is still wanted. */
    void durable(Generation generation) {
        if (extending.durable(generation)) {
            return;
        }
        if (!(stage instanceof Committing committing)
                || !committing.generation().equals(generation)) {
            return;
        }
        numbers.trust().decided(generation);
        begin(generation);
        desk.tellAll(generation, new ToWorker.Form(desk.epoch, generation));
    }

    /** A member has met the others of the generation to come. */
    void met(Life life, long number) {
        extending.met(life, number);
    }

    /** A member speaks of a generation: when that is the one to come, it has begun. */
    void speaksOf(long number) {
        extending.begun(number).ifPresent(this::begin);
    }

    private void begin(Generation generation) {
        stage = new Running(generation);
        extending.ends();
        numbers.trust().begins(generation);
        begun = generation.position();
        formed = 0;
        for (Share share : generation.shares()) {
            desk.roster.find(share.worker()).ifPresent(life -> life.enters(share, generation.number(), desk.clock));
        }
    }

    /** Brings the group in line with what is. */
    void settle() {
        Stage before;
        do {
            before = stage;
            settleOnce();
            staff();
        } while (!stage.equals(before));
    }

    private void settleOnce() {
        switch (stage) {
            case Gathering gathering -> gather(gathering);
            case Returning returning -> await(returning);
            case Regrouping regrouping -> commit(regrouping);
            case Committing committing -> {
                if (!desk.roster.members(committing.generation(), Life::isJoined)) {
                    regroup("a member failed before the generation began");
                }
            }
            case Running running -> check(running);
            case Ending ending -> {
                if (desk.roster.isEmpty() && desk.outbox.isEmpty()) {
                    stage = new Ended(ending.outcome());
                    desk.act(new Command.Finish(ending.outcome()));
                }
            }
            case Ended _ -> {}
        }
    }

    private void gather(Gathering gathering) {
        int joined = desk.roster.joined().size();
        if (joined == 0) {
            stage = gathering.since() < 0 ? gathering : new Gathering(-1);
            return;
        }
        boolean waited =
                desk.clock - gathering.since() >= desk.run.patience().gather().toNanos();
        if (joined >= targets.workers() || waited || !desk.isAnyoneExpected(targets)) {
            regroup(
                    joined >= targets.workers()
                            ? "all %d workers have joined".formatted(targets.workers())
                            : "%d of %d workers have joined, and the others are not waited for any longer"
                                    .formatted(joined, targets.workers()));
        }
    }

    private void await(Returning returning) {
        Generation generation = returning.generation();
        if (desk.roster.members(generation, life -> life.isJoined() && life.generation == generation.number())) {
            begin(generation);
            desk.say(
                    "generation %d runs on under its new supervisor; nothing is redone".formatted(generation.number()));
            return;
        }
        boolean waited =
                desk.clock - returning.since() >= desk.run.patience().back().toNanos();
        List<Life> missing = desk.roster.missing(generation);
        if (waited) {
            missing.forEach(
                    life -> fail(life, new Failure.NotBack(desk.run.patience().back()), desk.clock));
        }
        if (waited || missing.isEmpty()) {
            regroup("generation %d did not come back whole after its supervisor's end".formatted(generation.number()));
        }
    }

    /** Has everyone stand still for the next generation. */
    void regroup(String reason) {
        if (isOver() || stage instanceof Regrouping) {
            return;
        }
        long number = latestNumber() + 1;
        extending.ends();
        stage = new Regrouping(number, reason);
        desk.say("generation %d is prepared: %s".formatted(number, reason));
        desk.roster.joined().forEach(life -> prepare(life, number));
    }

    private void prepare(Life life, long number) {
        life.ask(number, desk.clock);
        desk.send(life, new ToWorker.Prepare(desk.epoch, number));
    }

    private void commit(Regrouping regrouping) {
        if (desk.roster.joined().isEmpty()) {
            stage = new Gathering(-1);
            return;
        }
        Optional<List<Life>> standing = desk.roster.standing(numbers.trust().trusted());
        if (!numbers.trust().isSettled()
                || standing.isEmpty()
                || (latest.isPresent() && !desk.roster.isOver(latest.get()))) {
            return;
        }
        fruitless++;
        if (fruitless > desk.run.budgets().fruitlessMax()) {
            end(new Outcome.Spent("%d generations in a row applied no new step; last: %s"
                    .formatted(fruitless - 1, casualties.last())));
            return;
        }
        casualties.explain(latestNumber());
        Generation next = Lineup.of(
                regrouping.number(),
                standing.get(),
                latest,
                targets,
                numbers.trust().trusted(),
                numbers.adjustments(),
                meetingPoint(regrouping.number()));
        desk.dismissOthers(next);
        latest = Optional.of(next);
        stage = new Committing(next);
        desk.outbox.add(new Fact.Formed(next, regrouping.reason()));
    }

    private void check(Running running) {
        Generation generation = running.generation();
        if (!desk.roster.members(generation, Life::isJoined)) {
            regroup("generation %d lost a member".formatted(generation.number()));
            return;
        }
        extending.check();
        if (!(stage instanceof Running)) {
            return;
        }
        if (formed < generation.shares().size() || desk.roster.any(life -> life.done.isPresent())) {
            return; // copying is not disturbed, nor the end
        }
        int members = generation.shares().size();
        long computing =
                generation.shares().stream().filter(share -> !share.isSpare()).count();
        if (members > targets.total() || computing != Math.min(targets.workers(), members)) {
            regroup("%d workers and %d spares are wanted".formatted(targets.workers(), targets.spares()));
        } else if (members == targets.total()) {
            desk.dismissOthers(generation);
        } else if (!extending.isUnderWay()
                && desk.roster.isJoinerReady(
                        generation, desk.clock - desk.run.patience().together().toNanos())) {
            extend(generation);
        }
    }

    /** Takes those in who have joined, while the others step. */
    private void extend(Generation running) {
        long number = latestNumber() + 1;
        Generation next = Lineup.extended(number, running, desk.roster.joined(), targets, meetingPoint(number));
        latest = Optional.of(next);
        extending.begin(running, next);
    }

    private String meetingPoint(long number) {
        return "%s/%d.%d".formatted(meetingPlace, desk.epoch, number);
    }

    /** Launches where somebody is missing; ends the run when nobody is left and nobody can be had. */
    private void staff() {
        if (isOver()) {
            return;
        }
        if (!desk.roster.any(life -> life.done.isPresent())) {
            desk.hire(targets);
        }
        if (desk.roster.isEmpty() && !desk.isAnyoneExpected(targets)) {
            end(new Outcome.Spent("no worker is left, and none can be had; last: " + casualties.last()));
        }
    }
}
