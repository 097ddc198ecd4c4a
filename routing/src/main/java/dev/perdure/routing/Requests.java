package dev.perdure.routing;

import dev.perdure.routing.Attempt.End;
import dev.perdure.routing.Attempt.Kind;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.function.Predicate;

/** The requests under way: each is driven until it waits, and ends in one answer. */
final class Requests {
    private static final int DECISIONS_MAX = 100_000;

    private record Wake(long at, RequestId request) implements Comparable<Wake> {
        @Override
        public int compareTo(Wake other) {
            int byTime = Long.compare(at, other.at);
            return byTime != 0 ? byTime : request.compareTo(other.request);
        }
    }

    private final Desk desk;
    private final Admission admission;
    private final Comparisons comparisons;
    private final Map<RequestId, Request> live = new HashMap<>();
    private final Suspicion suspicion;
    private final Map<RequestId, Long> wakes = new HashMap<>();
    private final TreeSet<Wake> schedule = new TreeSet<>();
    private final TreeSet<RequestId> stalled = new TreeSet<>();

    Requests(Desk desk, Admission admission, Comparisons comparisons) {
        this.desk = desk;
        this.admission = admission;
        this.comparisons = comparisons;
        suspicion = new Suspicion(desk, live);
    }

    void begin(RequestId id, Ask ask) {
        live.put(id, Request.of(id, ask, desk.options.request(), desk.now));
        desk.hedges = desk.hedges.earned();
        drive(id);
    }

    boolean isLive(RequestId id) {
        return live.containsKey(id);
    }

    int size() {
        return live.size();
    }

    /** Returns whether a request under way could be answered by this tier. */
    boolean names(Tier tier) {
        return live.values().stream().anyMatch(request -> request.ask().tiers().contains(tier));
    }

    OptionalLong wakeAt() {
        return schedule.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(schedule.first().at());
    }

    /** Whoever has waited long enough goes on. */
    void wake() {
        while (!schedule.isEmpty() && schedule.first().at() <= desk.now) {
            drive(schedule.first().request());
        }
    }

    /** Whoever has nothing under way looks again: replicas have come or gone. */
    void driveStalled() {
        for (RequestId id : List.copyOf(stalled)) {
            drive(id);
        }
    }

    private void drive(RequestId id) {
        Request request = live.get(id);
        for (int i = 0; request != null && i < DECISIONS_MAX; i++) {
            Request.Turn turn = request.turn(desk, desk.now);
            live.put(id, turn.request());
            switch (turn.next()) {
                case Next.Send send -> send(turn.request(), send);
                case Next.Fallback fallback -> fall(turn.request(), fallback);
                case Next.Wait wait -> {
                    waits(turn.request(), wait.until());
                    return;
                }
                case Next.Answer answer -> answer(turn.request(), answer);
                case Next.Fail fail -> fail(turn.request(), fail.status(), fail.reason(), Optional.empty());
            }
            request = live.get(id);
        }
    }

    private void waits(Request request, long until) {
        unschedule(request.id());
        long at = Math.max(until, desk.now + 1);
        wakes.put(request.id(), at);
        schedule.add(new Wake(at, request.id()));
        if (request.isUnderWay(desk)) {
            stalled.remove(request.id());
        } else {
            stalled.add(request.id());
        }
    }

    private void unschedule(RequestId id) {
        Long before = wakes.remove(id);
        if (before != null) {
            schedule.remove(new Wake(before, id));
        }
    }

    private void send(Request request, Next.Send send) {
        int number = request.attempts().size();
        boolean suspect = send.kind() == Kind.SUSPECT;
        if (send.kind() == Kind.HEDGE) {
            desk.hedges = desk.hedges.spent();
        }
        live.put(
                request.id(),
                request.sent(send.tier(), Optional.of(send.replica()), send.items(), send.kind(), desk.now));
        desk.tell(send.replica(), new FleetEvent.Sent(send.replica(), suspect));
        desk.act(new Command.Send(
                request.id(),
                number,
                send.replica(),
                send.items(),
                request.ask().deadline()));
    }

    private void fall(Request request, Next.Fallback fallback) {
        int number = request.attempts().size();
        live.put(request.id(), request.sent(fallback.tier(), Optional.empty(), fallback.items(), Kind.PLAIN, desk.now));
        Tier tier = request.ask().tiers().get(fallback.tier());
        desk.act(new Command.Fall(request.id(), number, tier, fallback.items(), fallback.until()));
    }

    /** What shows a replica to be wrong is looked at before anything that it gave leaves. */
    private void answer(Request request, Next.Answer answer) {
        blame(request, End.NOT_FINITE);
        Optional<ReplicaId> wrong = answer.parts().stream()
                .flatMap(part -> request.attempts().get(part.attempt()).replica().stream())
                .filter(desk::isWrong)
                .findFirst();
        if (wrong.isPresent()) {
            live.put(request.id(), request.discarded(wrong.get(), desk.now));
            return;
        }
        desk.act(new Command.Answer(request.id(), answer.parts()));
        blame(request, End.ERROR);
        admit(request, answer);
        end(request);
        if (!comparisons.samples(request, answer)) {
            desk.act(new Command.Forget(request.id()));
        }
    }

    /** How long it took a replica is told, and not how long it waited until there was one. */
    private void admit(Request request, Next.Answer answer) {
        OptionalLong took = answer.parts().stream()
                .map(part -> request.attempts().get(part.attempt()))
                .filter(attempt -> attempt.replica().isPresent())
                .mapToLong(attempt -> attempt.endedAt() - attempt.since())
                .max();
        if (took.isPresent()) {
            admission.answered(took.getAsLong(), desk.now);
        } else {
            admission.ended();
        }
    }

    void fail(RequestId id, Status status, String reason) {
        Request request = live.get(id);
        if (request != null) {
            fail(request, status, reason, Optional.empty());
        }
    }

    private void fail(Request request, Status status, String reason, Optional<Duration> retryAfter) {
        boolean again = status == Status.UNAVAILABLE || status == Status.OVERLOADED;
        desk.act(new Command.Fail(
                request.id(),
                status,
                reason,
                again ? retryAfter.or(() -> Optional.of(admission.retryAfter())) : retryAfter));
        if (status == Status.DEADLINE) {
            admission.late(desk.now - request.since());
        } else {
            admission.ended();
        }
        drop(request);
    }

    /** The client has gone: nothing is answered. */
    void abandon(RequestId id) {
        Request request = live.get(id);
        if (request != null) {
            admission.ended();
            drop(request);
        }
    }

    private void drop(Request request) {
        end(request);
        desk.act(new Command.Forget(request.id()));
    }

    private void end(Request request) {
        live.remove(request.id());
        unschedule(request.id());
        stalled.remove(request.id());
        for (Attempt attempt : request.attempts()) {
            if (attempt.isOpen() && attempt.replica().isPresent()) {
                ReplicaId replica = attempt.replica().get();
                desk.act(new Command.Cancel(request.id(), attempt.number(), replica));
                desk.tell(replica, new FleetEvent.Overtaken(replica, desk.now - attempt.since()));
                release(attempt, replica);
            }
        }
    }

    private void release(Attempt attempt, ReplicaId replica) {
        desk.tell(replica, new FleetEvent.Ended(replica, attempt.kind() == Kind.SUSPECT));
        if (attempt.kind() == Kind.SUSPECT) {
            desk.unread.add(new Notice.Rested(replica)); // somebody may wait for a replica without suspects
        }
    }

    /** What failed in one place, in this way, and was done in another was the first one's fault. */
    private void blame(Request request, End how) {
        for (Attempt failed : request.attempts()) {
            boolean elsewhere = failed.end() == how
                    && request.attempts().stream()
                            .anyMatch(other -> other.end() == End.ANSWERED
                                    && other.tier() == failed.tier()
                                    && other.items().stream().anyMatch(failed.items()::contains));
            if (elsewhere && failed.replica().isPresent()) {
                blame(request, failed.replica().get(), how);
            }
        }
    }

    private void blame(Request request, ReplicaId replica, End how) {
        if (how == End.ERROR) {
            desk.tell(replica, new FleetEvent.Blamed(replica));
        } else {
            String words = "it gave NaN or infinity for %s, which another answered".formatted(request.id());
            desk.tell(replica, new FleetEvent.Found(replica, new Finding.NotFinite(words)));
        }
    }

    private Optional<Attempt> open(RequestId id, int number) {
        Request request = live.get(id);
        return request == null || number < 0 || number >= request.attempts().size()
                ? Optional.empty()
                : Optional.of(request.attempts().get(number)).filter(Attempt::isOpen);
    }

    void answered(RequestId id, int number, boolean isFinite) {
        Optional<Attempt> attempt =
                open(id, number).filter(known -> known.replica().isPresent());
        if (attempt.isEmpty()) {
            return;
        }
        Request request = mustFind(id);
        ReplicaId replica = attempt.get().replica().orElseThrow();
        long latency = desk.now - attempt.get().since();
        desk.tell(replica, new FleetEvent.Answered(replica, latency));
        release(attempt.get(), replica);
        attempt.get()
                .items()
                .forEach(i -> desk.quarantine.answered(request.items().get(i).digest()));
        if (isFinite) {
            desk.answeredAfter(replica.version(), latency);
        } else {
            desk.tell(replica, new FleetEvent.Doubted(replica));
        }
        live.put(id, request.ended(number, isFinite ? End.ANSWERED : End.NOT_FINITE, desk.now));
        drive(id);
    }

    private Request mustFind(RequestId id) {
        return Optional.ofNullable(live.get(id)).orElseThrow();
    }

    void failed(RequestId id, int number, Event.Cause cause, String words) {
        Optional<Attempt> attempt = open(id, number);
        if (attempt.isEmpty() || attempt.get().replica().isEmpty()) {
            return;
        }
        release(attempt.get(), attempt.get().replica().get());
        End end = cause == Event.Cause.TURNED_AWAY ? End.TURNED_AWAY : End.ERROR;
        Request ended = mustFind(id).ended(number, end, desk.now);
        live.put(id, ended);
        if (cause == Event.Cause.INVALID) {
            fail(ended, Status.INVALID, words, Optional.empty());
        } else {
            drive(id);
        }
    }

    void fell(RequestId id, int number, List<Integer> answered) {
        if (open(id, number).filter(known -> known.replica().isEmpty()).isPresent()) {
            live.put(id, mustFind(id).found(number, answered, desk.now));
            drive(id);
        }
    }

    /** Its end is counted against the items that it had, and all are sent elsewhere. */
    void gone(ReplicaId replica, Evidence evidence) {
        List<Request> hit = having(replica, request -> !request.openAt(replica).isEmpty());
        var touched = new TreeSet<RequestId>();
        for (Request request : hit) {
            touched.add(request.id());
            Request ended = request;
            for (Attempt attempt : request.openAt(replica)) {
                ended = ended.ended(attempt.number(), End.DIED, desk.now);
            }
            live.put(request.id(), ended);
        }
        if (evidence != Evidence.NONE) {
            touched.addAll(suspicion.after(replica, hit, evidence));
        }
        touched.forEach(this::drive);
    }

    /** Nothing that the replica ever answered a request under way counts. */
    void wrong(ReplicaId replica) {
        for (Request request : having(replica, _ -> true)) {
            request.openAt(replica).forEach(attempt -> release(attempt, replica));
            live.put(request.id(), request.discarded(replica, desk.now));
            drive(request.id());
        }
    }

    /** What the replica has is sent elsewhere too; its own answer still counts if it comes first. */
    void heldUp(ReplicaId replica) {
        having(replica, request -> !request.openAt(replica).isEmpty()).forEach(request -> drive(request.id()));
    }

    private List<Request> having(ReplicaId replica, Predicate<Request> which) {
        return live.values().stream()
                .filter(request -> request.attempts().stream().anyMatch(attempt -> attempt.isOf(replica)))
                .filter(which)
                .sorted((a, b) -> a.id().compareTo(b.id()))
                .toList();
    }
}
