package dev.perdure.supervision;

import dev.perdure.supervision.Progress.Phase;
import dev.perdure.supervision.Stage.Returning;
import dev.perdure.supervision.Stage.Running;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A run's supervisor: told what happened, it says what is to be done. It has no clock, thread or chance of its own: the
 * same events at the same times give the same commands. It is owned by one thread.
 *
 * <pre>
 * Gathering   becomes Regrouping  when all workers wanted have joined, or some have and patience is over
 * Returning   becomes Running     when all members of the last generation have come back as such: nothing is redone
 *             becomes Regrouping  when one is gone or stands still, and the others are back or given up
 * Regrouping  becomes Committing  when all who are in stand still, and the generation before can commit nothing any more
 *             becomes Gathering   when nobody is left
 * Committing  becomes Running     when the generation is durable: now, and not before, its members are told
 *             becomes Regrouping  when a member fails
 * Running     becomes Regrouping  when a member fails, the group breaks, numbers are wrong, fewer are wanted
 * Running     becomes Running     of the next generation, when others have joined and all have met while they stepped
 * any         becomes Ending      when all members are done alike, one says that going on is useless, a budget is spent,
 *                                 facts cannot be written, or somebody asks
 * Ending      becomes Ended       when no process is left, and all facts are durable or given up
 * any         becomes Ended       when another supervisor has the run, at once: the workers are the other's
 * </pre>
 *
 * <p>A worker that fails in any of these is killed, and its slot launches another as far as the {@link Budgets} allow. A
 * worker's words count only on the connection that it joined on, and only for the generation that they name; everything
 * else is refused, and said so in the step's reasons.
 */
public final class Supervision {
    private static final int TICKS_AWAY = 10;
    private static final Set<Phase> BEFORE_STEPPING =
            EnumSet.of(Phase.IDLE, Phase.MEETING, Phase.COPYING, Phase.RESTORING);

    private final Desk desk;
    private final Grouping group;
    private final Peers peers;
    private final Watch watch;
    private OptionalLong toldAt = OptionalLong.empty();

    private Supervision(Run run, Facts facts, long epoch) {
        desk = new Desk(run, facts, epoch);
        group = new Grouping(desk, facts);
        peers = new Peers(desk, group);
        watch = new Watch(desk, group, peers);
    }

    /** Returns the supervisor of a run that has not begun. */
    public static Supervision begin(Run run, Targets targets, long epoch) {
        return takeOver(run, Facts.none(targets), epoch);
    }

    /**
     * Returns the successor of a supervisor that is gone, or has been told to fall silent by the greater epoch.
     *
     * @param facts all that were recorded
     * @param epoch greater than that of every supervisor before
     */
    public static Supervision takeOver(Run run, Facts facts, long epoch) {
        return new Supervision(run, facts, epoch);
    }

    /** Returns where the run is. */
    public Stage stage() {
        return group.stage();
    }

    /** Returns how many are wanted. */
    public Targets targets() {
        return group.targets();
    }

    /**
     * Takes in an event.
     *
     * @param nowNanos of any clock that never goes back
     */
    public Step on(Event event, long nowNanos) {
        if (group.stage() instanceof Stage.Ended) {
            return new Step(List.of(), List.of("refused, because the run has ended: " + event));
        }
        attend(nowNanos);
        boolean settles = true;
        switch (event) {
            case Event.Said said -> settles = hear(said.connection(), said.message());
            case Event.ConnectionLost lost -> lost(lost);
            case Event.Started started -> started(started);
            case Event.NotStarted failed -> gone(failed.worker(), new Failure.NotStarted(failed.reason()));
            case Event.Exited exited -> gone(exited.worker(), new Failure.Exited(exited.exit()));
            case Event.Tick _ -> watch.look();
            case Event.Resize resize -> resize(resize);
            case Event.StopAsked asked -> group.end(new Outcome.Stopped(asked.reason()));
            case Event.Written written -> desk.outbox.written(written.batch()).forEach(this::durable);
            case Event.NotWritten failed -> notWritten(failed);
            case Event.Superseded superseded -> group.yieldTo(superseded.epoch());
            case Event.MeetsAt place -> group.meetsAt(place.place());
        }
        if (settles) {
            group.settle();
        }
        if (!(group.stage() instanceof Running)) {
            desk.costs.stands(desk.clock);
        }
        return desk.take();
    }

    /** Lets the clock go on, but not for the time in which this supervisor was told nothing at all. */
    private void attend(long nowNanos) {
        long away = TICKS_AWAY * desk.run.patience().tick().toNanos();
        desk.clock += Math.clamp(nowNanos - toldAt.orElse(nowNanos), 0, away);
        toldAt = OptionalLong.of(nowNanos);
    }

    /** Returns whether anything may follow. */
    private boolean hear(long connection, FromWorker message) {
        if (message instanceof FromWorker.Join join) {
            join(connection, join);
            return true;
        }
        Optional<Life> known = desk.roster.find(message.worker());
        if (known.isEmpty() || known.get().stage == Life.Stage.FENCED) {
            refuse(message, "its process was given up");
            desk.act(new Command.Send(
                    connection, message.worker(), new ToWorker.Stop(desk.epoch, "another has taken your place")));
            return false;
        }
        Life life = known.get();
        if (life.connection != connection) {
            refuse(message, "it has not joined on this connection");
            return false;
        }
        life.suspicion = life.suspicion.heard(desk.clock);
        life.heardAt = desk.clock;
        return hear(life, message);
    }

    private boolean hear(Life life, FromWorker message) {
        group.speaksOf(message.generation());
        return switch (message) {
            case FromWorker.Join _ -> false;
            case FromWorker.Heartbeat heartbeat -> heartbeat(life, heartbeat);
            case FromWorker.Ready ready
            when group.isRegrouping(ready.generation()) && life.isJoined() -> {
                life.ready = true;
                life.standsStill(ready.position());
                yield true;
            }
            case FromWorker.Ready _
            when life.meeting -> {
                life.meeting = false; // the others have gone on without it
                yield true;
            }
            case FromWorker.Broken broken
            when isOfItsGroup(life, broken.generation()) -> {
                life.standsStill(broken.position());
                group.broken("group-broken", "%s says: %s".formatted(life.id, broken.evidence()));
                yield true;
            }
            case FromWorker.Formed formed
            when isMember(life, formed.generation()) -> {
                group.numbers().trust().beginsAt(formed.position());
                yield group.formed(life, formed.position());
            }
            case FromWorker.Met met -> {
                group.met(life, met.generation());
                yield true;
            }
            case FromWorker.Stands stands
            when isMember(life, stands.generation()) -> {
                applied(life, stands.position());
                group.numbers().said(life, stands.position(), Long.toHexString(stands.digest()));
                yield true;
            }
            case FromWorker.Done done
            when isMember(life, done.generation()) -> {
                life.done = Optional.of(done.weightsSha256());
                group.numbers().said(life, Long.MAX_VALUE, done.weightsSha256());
                yield true;
            }
            case FromWorker.Checked checked
            when isMember(life, checked.generation()) -> {
                group.numbers().trust().checked(checked.position());
                yield false;
            }
            case FromWorker.Miscomputed said
            when isMember(life, said.generation()) -> {
                group.numbers().miscomputed(said);
                yield true;
            }
            case FromWorker.NotFinite said
            when isMember(life, said.generation()) -> {
                group.numbers().notFinite(life, said, group.begun());
                yield true;
            }
            case FromWorker.Leaves leaves -> {
                leaves(life, leaves);
                yield true;
            }
            case FromWorker.Noticed noticed -> {
                noticed(life, noticed);
                yield false;
            }
            case FromWorker.Told told -> {
                desk.say("%s: %s".formatted(life.id, told.text()));
                yield false;
            }
            case FromWorker.Ready _,
                    FromWorker.Broken _,
                    FromWorker.Formed _,
                    FromWorker.Stands _,
                    FromWorker.Checked _,
                    FromWorker.Miscomputed _,
                    FromWorker.NotFinite _,
                    FromWorker.Done _ -> {
                refuse(message, "its generation is not the one at hand (%s)".formatted(group.stage()));
                yield false;
            }
        };
    }

    private boolean isMember(Life life, long generation) {
        return life.generation == generation && life.isJoined() && group.isRunning(generation);
    }

    /** Returns whether the group that a worker says is broken is the one it came back in, or the one that runs. */
    private boolean isOfItsGroup(Life life, long generation) {
        return isMember(life, generation)
                || (life.generation == generation && life.isJoined() && group.stage() instanceof Returning);
    }

    private void refuse(FromWorker message, String why) {
        desk.say("refused, because %s: %s".formatted(why, message));
    }

    private void join(long connection, FromWorker.Join join) {
        Optional<Life> known = desk.roster.find(join.worker());
        Optional<String> refusal = Admission.refusal(join, known, desk.run, group.latestNumber());
        if (refusal.isPresent()) {
            turnAway(connection, join, known, refusal.get());
            return;
        }
        Life life = known.orElseThrow();
        if (life.isJoined()) {
            group.speaksOf(join.generation());
        }
        if (life.stage == Life.Stage.LEAVING || life.connection == connection) {
            refuse(join, "it has joined already, or was told to end");
            return;
        }
        boolean isNew = !life.isJoined();
        boolean isWhereItWas = !isNew && life.generation == join.generation();
        life.connection = connection;
        life.pid = OptionalLong.of(join.pid());
        life.heardAt = desk.clock;
        life.suspicion = life.suspicion.heard(desk.clock);
        if (isWhereItWas) {
            group.welcome(life);
            return;
        }
        if (isNew && life.startedAt >= 0) {
            desk.costs.started(Duration.ofNanos(desk.clock - life.startedAt));
        }
        if (desk.run.hosts().isEmpty()) {
            desk.staffing.isOn(life.slot, join.host());
        }
        life.moveTo(Life.Stage.JOINED, desk.clock);
        life.standsStill(join.position());
        life.generation = join.generation();
        desk.say("%s joined from %s, at position %s".formatted(join.worker(), join.host(), join.position()));
        group.welcome(life);
        if (!isNew) {
            group.broken("group-broken", "%s came back without its group".formatted(life.id));
        }
    }

    private void turnAway(long connection, FromWorker.Join join, Optional<Life> known, String reason) {
        desk.say("refused: " + reason);
        desk.act(new Command.Send(connection, join.worker(), new ToWorker.Refused(desk.epoch, reason)));
        boolean isThatProcess = known.isPresent()
                && known.get().pid.orElse(join.pid()) == join.pid()
                && !known.get().isJoined();
        if (isThatProcess) {
            group.fail(known.get(), new Failure.TurnedAway(reason), 0);
        }
    }

    private boolean heartbeat(Life life, FromWorker.Heartbeat heartbeat) {
        Progress progress = heartbeat.progress();
        life.suspicion = life.suspicion.beat(desk.clock);
        peers.counted(life, heartbeat.vitals());
        if (!isMember(life, heartbeat.generation())) {
            return false;
        }
        life.suspicion = life.suspicion.progressed(progress, desk.clock);
        life.progress = progress;
        if (BEFORE_STEPPING.contains(progress.phase())) {
            return false;
        }
        applied(life, progress.position());
        if (life.formed) {
            return false;
        }
        return group.formed(life, progress.position());
    }

    private void applied(Life life, long position) {
        life.position = OptionalLong.of(position);
        if (group.stage() instanceof Running running) {
            group.applied(position, running.generation());
            desk.costs.applied(
                    position, desk.clock, running.generation().position().isEmpty());
        }
    }

    private void leaves(Life life, FromWorker.Leaves leaves) {
        if (life.stage == Life.Stage.LEAVING) {
            return;
        }
        if (leaves.fatal()) {
            group.end(new Outcome.Failed(life.id, leaves.reason()));
        } else {
            group.fail(life, new Failure.Left(leaves.reason()), 0);
        }
    }

    /** What a worker notices is kept, but only so much of it from each. */
    private void noticed(Life life, FromWorker.Noticed noticed) {
        desk.say("%s noticed %s: %s".formatted(life.id, noticed.kind(), noticed.evidence()));
        desk.noticed(life, noticed.kind(), noticed.evidence());
    }

    private void lost(Event.ConnectionLost lost) {
        desk.roster
                .find(lost.worker())
                .filter(life -> life.connection == lost.connection() && life.isJoined())
                .ifPresent(
                        life -> group.fail(life, new Failure.Disconnected(lost.evidence()), desk.clock - life.heardAt));
    }

    private void started(Event.Started started) {
        desk.roster.find(started.worker()).ifPresent(life -> life.pid = OptionalLong.of(started.pid()));
    }

    private void gone(WorkerId worker, Failure failure) {
        Optional<Life> known = desk.roster.find(worker);
        if (known.isEmpty()) {
            desk.say("%s is gone, as was known: %s".formatted(worker, failure.evidence()));
            return;
        }
        Life life = known.get();
        group.gone(life, failure, life.heardAt > 0 ? desk.clock - life.heardAt : 0);
    }

    private void resize(Event.Resize resize) {
        int microbatches = group.targets().microbatches();
        if (group.isOver() || resize.workers() < 1 || resize.workers() > microbatches || resize.spares() < 0) {
            desk.say("refused: %s (expected: 1 to %d workers, 0 or more spares, and a run that is not over)"
                    .formatted(resize, microbatches));
            return;
        }
        group.resize(new Targets(resize.workers(), resize.spares(), microbatches));
    }

    private void durable(Fact fact) {
        switch (fact) {
            case Fact.Launched launched ->
                desk.roster
                        .find(launched.worker())
                        .filter(life -> life.stage == Life.Stage.PENDING)
                        .ifPresent(life -> {
                            life.moveTo(Life.Stage.STARTING, desk.clock);
                            life.startedAt = desk.clock;
                            desk.act(new Command.Launch(
                                    life.id,
                                    life.slot,
                                    desk.staffing.slot(life.slot).host(),
                                    desk.roster.any(Life::isJoined)
                                            ? desk.run.patience().pause()
                                            : Duration.ZERO));
                        });
            case Fact.Formed formed -> group.durable(formed.generation());
            case Fact.Believed believed -> group.numbers().durable(believed.trusted());
            case Fact.Gone _, Fact.Happened _, Fact.Tried _, Fact.Agreed _, Fact.Resized _, Fact.Ended _ -> {}
        }
    }

    private void notWritten(Event.NotWritten failed) {
        desk.outbox.failed(failed.batch(), failed.reason(), desk.clock);
        desk.say("batch %d of facts is not durable, and is tried again: %s".formatted(failed.batch(), failed.reason()));
    }
}
