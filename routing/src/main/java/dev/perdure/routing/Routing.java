package dev.perdure.routing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * All requests to one model and all replicas of its versions: told what happened, it says what is to be done. It has no
 * clock, thread or chance of its own: the same events at the same times with the same seed give the same commands. It is
 * owned by one thread.
 *
 * <pre>
 * Arrived    let in by {@link Admission}, at once or from its queue when there is room; or refused, with the reason
 * under way  driven by {@link Request#turn}: sent, hedged, sent elsewhere, handed down the tiers
 * a replica dies                   what it had goes elsewhere; items that end replicas are quarantined
 * a replica is silent or stuck     what it has goes elsewhere too
 * a replica answers wrongly        nothing it answered counts that has not left
 * ended      by one answer or one reason why there is none, at its deadline at the latest
 * </pre>
 */
public final class Routing {
    private static final int TICKS_AWAY = 10;

    /**
     * Settings.
     *
     * @param tick how often {@link Event.Tick} is told
     * @param hedgeShare hedges for each request, 0 to 1
     * @param compareShare share of requests computed a second time, 0 to 1
     * @param compareMax how long that may take
     */
    public record Options(
            Duration tick,
            Request.Options request,
            Admission.Options admission,
            Quarantine.Options quarantine,
            double hedgeShare,
            double compareShare,
            Duration compareMax) {
        public Options {
            Checks.positive("tick", tick);
            Checks.share("hedgeShare", hedgeShare);
            Checks.share("compareShare", compareShare);
            Checks.positive("compareMax", compareMax);
        }

        /** Returns the usual: a look every 20 ms, hedges for one request in twenty, one in a hundred computed twice. */
        public static Options usual() {
            return new Options(
                    Duration.ofMillis(20),
                    Request.Options.usual(),
                    Admission.Options.usual(),
                    Quarantine.Options.usual(),
                    0.05,
                    0.01,
                    Duration.ofSeconds(5));
        }
    }

    private final Desk desk;
    private final Admission admission;
    private final Comparisons comparisons;
    private final Requests requests;
    private final Map<RequestId, Ask> queued = new HashMap<>();
    private final Set<String> retiring = new TreeSet<>();
    private String busiest = "";
    private OptionalLong toldAt = OptionalLong.empty();
    private long lookAt = Long.MIN_VALUE;

    /**
     * A model without versions.
     *
     * @param random for choices among replicas, and for samples
     */
    public Routing(Options options, RandomGenerator random) {
        desk = new Desk(options, random);
        admission = new Admission(options.admission());
        comparisons = new Comparisons(desk);
        requests = new Requests(desk, admission, comparisons);
    }

    /**
     * Takes in an event.
     *
     * @param nowNanos of any clock that never goes back
     */
    public Step on(Event event, long nowNanos) {
        attend(nowNanos);
        switch (event) {
            case Event.Arrived arrived -> arrived(arrived);
            case Event.Abandoned abandoned -> abandoned(abandoned.request());
            case Event.Answered answered -> {
                if (!comparisons.answered(answered.request(), answered.attempt(), answered.isFinite())) {
                    requests.answered(answered.request(), answered.attempt(), answered.isFinite());
                }
            }
            case Event.Failed failed -> {
                if (!comparisons.failed(failed.request(), failed.attempt())) {
                    requests.failed(failed.request(), failed.attempt(), failed.cause(), failed.words());
                }
            }
            case Event.Fell fell -> requests.fell(fell.request(), fell.attempt(), fell.answered());
            case Event.Compared compared -> comparisons.compared(compared.request(), compared.groups());
            case Event.OfReplica of -> desk.tell(of.replica(), of.event());
            case Event.Deploy deploy -> deploy(deploy);
            case Event.Resize resize ->
                desk.tell(resize.version(), new FleetEvent.Resize(resize.scaling(), resize.standbys()));
            case Event.Retire retire -> retiring.add(retire.version());
            case Event.Tick _ -> tick();
        }
        settle();
        return desk.take();
    }

    /** Lets the replicas' clock go on, but not for the time in which nothing at all was told: this process stood still. */
    private void attend(long nowNanos) {
        long away = TICKS_AWAY * desk.options.tick().toNanos();
        desk.clock += Math.clamp(nowNanos - toldAt.orElse(nowNanos), 0, away);
        desk.now = nowNanos;
        toldAt = OptionalLong.of(nowNanos);
    }

    private void arrived(Event.Arrived arrived) {
        Ask ask = arrived.ask();
        if (ask.tiers().getFirst() instanceof Tier.Model model) {
            busiest = model.version();
        }
        if (desk.now >= ask.deadline()) {
            refuse(arrived.request(), Status.DEADLINE, "its deadline had passed when it came", Optional.empty());
            return;
        }
        switch (admission.arrives(arrived.request(), ask, desk.now)) {
            case Admission.Verdict.Admitted _ -> requests.begin(arrived.request(), ask);
            case Admission.Verdict.Queued _ -> queued.put(arrived.request(), ask);
            case Admission.Verdict.Refused refused ->
                refuse(arrived.request(), refused.status(), refused.reason(), Optional.of(refused.retryAfter()));
        }
    }

    private void refuse(RequestId id, Status status, String reason, Optional<Duration> retryAfter) {
        desk.act(new Command.Fail(id, status, reason, retryAfter));
        desk.act(new Command.Forget(id));
    }

    private void abandoned(RequestId id) {
        if (queued.remove(id) != null) {
            admission.gaveUp(id);
            desk.act(new Command.Forget(id));
        } else {
            requests.abandon(id);
        }
    }

    private void deploy(Event.Deploy deploy) {
        desk.fleets.putIfAbsent(
                deploy.version(),
                Fleet.of(deploy.version(), deploy.options(), deploy.firstNumber(), deploy.adopts(), desk.clock));
        desk.tell(deploy.version(), new FleetEvent.Tick());
    }

    /** Most ticks come for a request's sake: replicas are looked at about every tick that was promised. */
    private void tick() {
        if (desk.now < lookAt) {
            return;
        }
        lookAt = desk.now + desk.options.tick().toNanos() / 2;
        for (Fleet fleet : List.copyOf(desk.fleets.values())) {
            boolean isBusiest = fleet.version().equals(busiest);
            int inFlight = fleet.replicas().values().stream()
                    .mapToInt(replica -> replica.load().inFlight())
                    .sum();
            desk.tell(
                    fleet.version(),
                    new FleetEvent.Busy(
                            inFlight + (isBusiest ? admission.waiting() : 0),
                            isBusiest ? admission.delayNanos(desk.now) : 0));
            desk.tell(fleet.version(), new FleetEvent.Tick());
            if (isBusiest) {
                admission.servedBy(desk.rotation(fleet.version()).size());
            }
        }
        retire();
        desk.fleets.values().removeIf(Fleet::isOver);
        comparisons.expire();
    }

    /** A version goes when no request that was let in, or waits, could need it. */
    private void retire() {
        for (String version : List.copyOf(retiring)) {
            var model = new Tier.Model(version);
            boolean isNeeded = requests.names(model)
                    || queued.values().stream().anyMatch(ask -> ask.tiers().contains(model));
            if (!isNeeded) {
                retiring.remove(version);
                desk.tell(version, new FleetEvent.Retire());
            }
        }
    }

    /** What happened to replicas is brought to requests, and requests into the room that there is, until nothing changes. */
    private void settle() {
        requests.wake();
        boolean more = true;
        while (more) {
            boolean changed = !desk.unread.isEmpty();
            read();
            if (changed) {
                requests.driveStalled();
            }
            Admission.Turn turn = admission.turns(desk.now);
            turn.dropped().forEach(this::drop);
            turn.admitted().forEach(id -> requests.begin(id, queuedAsk(id)));
            more = !desk.unread.isEmpty() || !turn.admitted().isEmpty();
        }
    }

    private Ask queuedAsk(RequestId id) {
        return Optional.ofNullable(queued.remove(id)).orElseThrow();
    }

    private void drop(RequestId id) {
        if (queued.remove(id) != null) {
            refuse(
                    id,
                    Status.OVERLOADED,
                    "too much is asked: it made room for more urgent ones, or could not be answered before its deadline",
                    Optional.of(admission.retryAfter()));
        }
    }

    private void read() {
        while (!desk.unread.isEmpty()) {
            Notice notice = desk.unread.removeFirst();
            if (notice instanceof Notice.Gone gone) {
                requests.gone(gone.replica(), gone.evidence());
                comparisons.without(gone.replica());
            } else if (notice instanceof Notice.Ejected ejected) {
                switch (ejected.finding().grade()) {
                    case WRONG -> {
                        requests.wrong(ejected.replica());
                        comparisons.without(ejected.replica());
                    }
                    case HELD_UP -> requests.heldUp(ejected.replica());
                    case WORSE, GONE -> {}
                }
            }
        }
    }

    /** Returns when the next {@link Event.Tick} is due at the latest; nothing is due sooner when it is empty. */
    public OptionalLong wakeAt() {
        long at = Math.min(
                requests.wakeAt().orElse(Long.MAX_VALUE), admission.wakeAt().orElse(Long.MAX_VALUE));
        return at == Long.MAX_VALUE ? OptionalLong.empty() : OptionalLong.of(Math.max(at, desk.now + 1));
    }

    /** Returns the replicas of a version; nothing if it is not served. */
    public Optional<Fleet> fleet(String version) {
        return Optional.ofNullable(desk.fleets.get(version));
    }

    /** Returns the versions that are served. */
    public List<String> versions() {
        return new ArrayList<>(desk.fleets.keySet());
    }

    /** Returns who is let in. */
    public Admission admission() {
        return admission;
    }

    /** Returns which items end replicas. */
    public Quarantine quarantine() {
        return desk.quarantine;
    }

    /** Returns how many requests are under way. */
    public int underWay() {
        return requests.size();
    }

    /** Returns how many requests are computed a second time. */
    public int comparisons() {
        return comparisons.size();
    }
}
