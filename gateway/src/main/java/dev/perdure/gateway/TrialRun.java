package dev.perdure.gateway;

import dev.perdure.oip.Call;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.OipError;
import dev.perdure.oip.Tensor;
import dev.perdure.routing.Rollout;
import dev.perdure.routing.Rollout.Arm;
import dev.perdure.routing.Rollout.Route;
import dev.perdure.routing.Rollout.Seen;
import dev.perdure.routing.Tier;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A {@link Trial} under way: gives requests to the candidate as the trial has it, and tells the trial what they show. What the
 * candidate fails on is answered by the stable version; whoever asks sees nothing of it.
 */
final class TrialRun {
    private static final Duration COPY_MIN = Duration.ofSeconds(2);
    private static final Duration COPY_MAX = Duration.ofSeconds(10);
    private static final int COPY_TIMES = 5;
    private static final int NO_BIN = -1;
    /** A request of which the candidate would have less than so many times what one takes is none of its business. */
    private static final int TIMES_MIN = 4;

    private static final int MEAN_OF = 20;
    private static final double HALF = 0.5;

    private final ModelDesk desk;
    private final Reading reading;
    private final Outcomes outcomes;
    private final Consumer<TrialRun> changed;
    private boolean isByRequest;
    private final long paceFromNanos;
    private Trial trial;
    private long firstSeenAt = -1;
    private volatile long usualNanos;

    /** What chance had a request be computed for: needed again when the truth about it is known. */
    record Assigned(TrialRun run, Arm arm, Route route) {}

    /** @param changed told when the trial has come a step further, and once when it is over; by any thread, and must not block */
    TrialRun(ModelDesk desk, Trial trial, Reading reading, Outcomes outcomes, Consumer<TrialRun> changed) {
        this.desk = desk;
        this.trial = trial;
        this.reading = reading;
        this.outcomes = outcomes;
        this.changed = changed;
        this.paceFromNanos = trial.settings().paceFrom().toNanos();
    }

    synchronized Trial trial() {
        return trial;
    }

    /** Takes a step; of one that is over nothing is told again. */
    private void step(Trial next) {
        boolean isNews = !trial.isOver() && !next.place().equals(trial.place());
        trial = next;
        if (isNews) {
            changed.accept(this);
        }
    }

    /** Returns whether somebody wanted what was decided. */
    synchronized boolean isByRequest() {
        return isByRequest;
    }

    /** Looks how the candidate's replicas are. */
    synchronized void look() {
        step(trial.looked(desk.look(trial.candidate()), System.nanoTime()));
    }

    synchronized void rollBack(String reason) {
        isByRequest |= !trial.isOver();
        step(trial.rolledBack(reason, System.nanoTime()));
    }

    /** Has the candidate take over without being tried any further, as soon as it has all its replicas. */
    synchronized void takeOver() {
        if (!trial.isOver()) {
            step(trial.atOnce());
            look();
        }
    }

    synchronized void promote() {
        isByRequest |= !trial.isOver();
        step(trial.promoted(System.nanoTime()));
    }

    /** Takes in what was seen. */
    synchronized void seen(Seen seen) {
        step(trial.after(seen, System.nanoTime()));
    }

    /** A mean that forgets, of what the stable version takes. */
    private synchronized void takes(long nanos) {
        usualNanos += (nanos - usualNanos) / MEAN_OF;
    }

    private synchronized boolean isWarm() {
        long now = System.nanoTime();
        if (firstSeenAt < 0) {
            firstSeenAt = now;
        }
        return now - firstSeenAt >= trial.settings().warmUp().toNanos();
    }

    /**
     * Has a request answered that names no version; blocks until then.
     *
     * @param usually has it answered as if there were no trial
     */
    ServedModel.Asked infer(InferRequest request, Call call, Asks asks, Supplier<ServedModel.Asked> usually) {
        Trial now = trial();
        Optional<Route> route = now.route(ThreadLocalRandom.current());
        Call half = asks.within(HALF, request, call);
        boolean isUrgent = half.deadline().left().toNanos() < TIMES_MIN * usualNanos;
        if (route.isEmpty() || isUrgent || !desk.look(now.candidate()).isAnswering()) {
            return usually.get();
        }
        return route.get().arm() == Arm.CANARY
                ? byCandidate(now.candidate(), request, half, asks, route.get(), usually)
                : byStable(now, request, call, route.get(), usually);
    }

    private ServedModel.Asked byStable(
            Trial now, InferRequest request, Call call, Route route, Supplier<ServedModel.Asked> usually) {
        ServedModel.Asked asked = usually.get();
        if (!asked.of().equals(now.stable())) {
            return asked; // it was decided meanwhile
        }
        Optional<List<Tensor>> outputs = asked.over().byAskedItself();
        if (outputs.isEmpty()) {
            if (isItsFault(asked.over().reply()) && !call.abandoned().isDone()) {
                failed(Arm.STABLE, route);
            }
            return asked;
        }
        takes(asked.over().nanos());
        var given = new Given(
                now.stable(), request, route, outputs.get(), asked.over().nanos(), asked.remembered());
        if (route.both()) {
            copy(given, now.candidate(), copied -> shadowed(given, now.candidate(), copied));
        } else {
            asked.remembered().ifPresent(entry -> entry.assign(given(given, Arm.STABLE)));
            ended(Arm.STABLE, route, given.outputs(), given.nanos());
        }
        return asked;
    }

    /** What a version gave a client. */
    private record Given(
            Deployment by,
            InferRequest request,
            Route route,
            List<Tensor> outputs,
            long nanos,
            Optional<AnswerMemory.Entry> remembered) {}

    /** Both are told of, or neither: otherwise copies that were not made would count for one of them. */
    private void shadowed(Given given, Deployment candidate, Copies.Copied copied) {
        switch (copied) {
            case Copies.Copied.Given(var outputs, long nanos) -> {
                ended(Arm.STABLE, given.route(), given.outputs(), given.nanos());
                ended(Arm.CANARY, given.route(), outputs, nanos);
                compared(candidate, given.outputs(), outputs);
                var copy = new AnswerMemory.Given(candidate, reading.all(outputs), assigned(Arm.CANARY, given.route()));
                given.remembered().ifPresent(entry -> entry.assign(given(given, Arm.STABLE), copy));
            }
            case Copies.Copied.Failed _ -> {
                ended(Arm.STABLE, given.route(), given.outputs(), given.nanos());
                failed(Arm.CANARY, given.route());
            }
            case Copies.Copied.Late(long nanos) -> {
                seen(new Seen.Ended(Arm.STABLE, given.route(), false, pace(given.nanos()), NO_BIN));
                seen(new Seen.Ended(Arm.CANARY, given.route(), false, pace(nanos), NO_BIN));
            }
        }
    }

    private AnswerMemory.Given given(Given given, Arm arm) {
        return new AnswerMemory.Given(given.by(), reading.all(given.outputs()), assigned(arm, given.route()));
    }

    private Optional<Assigned> assigned(Arm arm, Route route) {
        return Optional.of(new Assigned(this, arm, route));
    }

    private void compared(Deployment candidate, List<Tensor> known, List<Tensor> other) {
        boolean agree = reading.agree(known, other, anyItem(known));
        outcomes.of(candidate).compared(agree);
        seen(new Seen.Compared(agree));
    }

    /** The candidate has half of the time, and is on its own: what ends its replicas is not held against the input. */
    private ServedModel.Asked byCandidate(
            Deployment candidate,
            InferRequest request,
            Call half,
            Asks asks,
            Route route,
            Supplier<ServedModel.Asked> usually) {
        ModelDesk.Over over =
                desk.infer(request, half, asks, List.of(new Tier.Model(candidate.key())), candidate.key() + " ");
        Optional<List<Tensor>> outputs = over.byAskedItself();
        if (outputs.isPresent()) {
            Optional<AnswerMemory.Entry> remembered = outcomes.answered(request, candidate, over);
            var given = new Given(candidate, request, route, outputs.get(), over.nanos(), remembered);
            remembered.ifPresent(entry -> entry.assign(given(given, Arm.CANARY)));
            ended(Arm.CANARY, route, outputs.get(), over.nanos());
            if (route.both()) {
                copy(given, trial().stable(), copied -> {
                    if (copied instanceof Copies.Copied.Given(var known, long _)) {
                        compared(candidate, known, given.outputs());
                    }
                });
            }
            return new ServedModel.Asked(candidate, over, remembered);
        }
        if (half.abandoned().isDone()) {
            return new ServedModel.Asked(candidate, over, Optional.empty());
        }
        ServedModel.Asked instead = usually.get();
        boolean isRefused = over.reply() instanceof Reply.Failed(var why) && why.error() == OipError.INVALID;
        if (isItsFault(over.reply()) || (isRefused && instead.over().reply() instanceof Reply.Answered)) {
            failed(Arm.CANARY, route);
        }
        return instead;
    }

    /** Whatever says that there is too much to do, or that a client is wrong, says nothing about a version. */
    private static boolean isItsFault(Reply reply) {
        return switch (reply) {
            case Reply.Answered answered ->
                answered.pieces().stream().anyMatch(piece -> piece.tier() != AnswerTier.MODEL);
            case Reply.Moved _ -> false;
            case Reply.Failed failed ->
                switch (failed.why().error()) {
                    case INTERNAL, LATE, QUARANTINED -> true;
                    case INVALID,
                            UNAUTHENTICATED,
                            FORBIDDEN,
                            NOT_FOUND,
                            WRONG_METHOD,
                            TOO_LARGE,
                            UNSUPPORTED,
                            UNAVAILABLE,
                            OVERLOADED,
                            TOO_OFTEN -> false;
                };
        };
    }

    private void failed(Arm by, Route route) {
        seen(new Seen.Ended(by, route, true, Rollout.NO_PACE, NO_BIN));
    }

    /** One item of a request stands for all, since those of one request need not be independent. */
    private void ended(Arm by, Route route, List<Tensor> outputs, long nanos) {
        Prediction any = reading.of(outputs, anyItem(outputs));
        seen(new Seen.Ended(by, route, false, pace(nanos), reading.bin(any)));
    }

    private long pace(long nanos) {
        return isWarm() ? Math.max(nanos, paceFromNanos) : Rollout.NO_PACE;
    }

    private static int anyItem(List<Tensor> outputs) {
        return (int)
                ThreadLocalRandom.current().nextLong(outputs.getFirst().shape().size(0));
    }

    /** Has another version compute what was answered, for nobody. */
    private void copy(Given given, Deployment to, Consumer<Copies.Copied> told) {
        Duration within =
                Duration.ofNanos(Math.clamp(COPY_TIMES * given.nanos(), COPY_MIN.toNanos(), COPY_MAX.toNanos()));
        desk.copy(
                given.request(),
                to,
                within,
                copied -> Thread.ofVirtual().name("compare").start(() -> told.accept(copied)));
    }
}
