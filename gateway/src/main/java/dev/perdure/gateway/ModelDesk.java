package dev.perdure.gateway;

import dev.perdure.oip.Call;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Outcome;
import dev.perdure.oip.Pending;
import dev.perdure.routing.Ask;
import dev.perdure.routing.Command;
import dev.perdure.routing.Event;
import dev.perdure.routing.Event.Cause;
import dev.perdure.routing.Fleet;
import dev.perdure.routing.Next;
import dev.perdure.routing.RequestId;
import dev.perdure.routing.Routing;
import dev.perdure.routing.Scaling;
import dev.perdure.routing.Step;
import dev.perdure.routing.Tier;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model: its requests, and its replicas of all versions. One thread owns what decides; whatever happens is told to it in a
 * queue, and it does at once what follows. Requests wait on threads of their own.
 */
final class ModelDesk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelDesk.class);
    private static final Event TICK = new Event.Tick();
    /** After a connection broke, the replica's end is learnt of within this; if not, only the request was lost. */
    private static final long END_KNOWN_MILLIS = 300;
    /** What an earlier life left is told of at once; no replica is started before. */
    private static final Duration ADOPTS = Duration.ofMillis(100);
    /** A decision is due every few milliseconds: whoever has made none for so long stands still. */
    private static final long STILL_NANOS = 2_000_000_000L;
    /** Longer than a deadline nobody waits, whatever went wrong here. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final String name;
    private final SortedMap<String, ServedVersion> versions;
    private final GatewaySettings settings;
    private final GatewayListener listener;
    private final long originNanos = System.nanoTime();
    private final Routing routing;
    private final Replicas replicas;
    private final Comparing comparing;
    private final LinkedBlockingQueue<Event> queue = new LinkedBlockingQueue<>();
    private final Map<RequestId, Flight> flights = new ConcurrentHashMap<>();
    private final AtomicLong requests = new AtomicLong();
    private final Thread owner;
    private long tickAt;
    private volatile long decidedNanos = System.nanoTime();
    private volatile Map<String, FleetLook> looks = Map.of();
    private volatile boolean isOver;

    /** What others may know of a version's replicas: how many are in use, and whether one may be asked. */
    record FleetLook(int inUse, boolean isAnswering) {}

    /**
     * Begins to start replicas.
     *
     * @param versions by version, the newest first; at least one
     */
    ModelDesk(
            String name,
            SortedMap<String, ServedVersion> versions,
            GatewaySettings settings,
            ReplicaHost host,
            GatewayListener listener) {
        this.name = name;
        this.versions = versions;
        this.settings = settings;
        this.listener = listener;
        this.routing = new Routing(settings.routing(), RandomGenerator.getDefault());
        this.replicas =
                new Replicas(host, this::version, event -> queue.add(new Event.OfReplica(Told.replica(event), event)));
        this.comparing = new Comparing(queue::add);
        versions.keySet().forEach(this::deploy);
        this.owner = Thread.ofPlatform().name("model " + name).start(this::run);
    }

    private void deploy(String version) {
        Fleet.Options fleet = settings.fleet();
        int older = settings.olderReplicas();
        Fleet.Options options =
                version.equals(newest()) ? fleet : Told.with(fleet, Scaling.Options.between(older, older));
        ReplicaHost.Left left = replicas.left(version);
        Duration adopts = left.replicas().isEmpty() ? Duration.ZERO : ADOPTS;
        queue.add(new Event.Deploy(version, options, left.firstNumber(), adopts));
        replicas.adopt(left.replicas());
    }

    String newest() {
        return versions.firstKey();
    }

    ServedVersion version(String version) {
        return Optional.ofNullable(versions.get(version)).orElseThrow();
    }

    private long now() {
        return System.nanoTime() - originNanos;
    }

    private void run() {
        while (!isOver) {
            try {
                step(next());
            } catch (InterruptedException _) {
                return;
            } catch (RuntimeException e) {
                LOG.error("model {}: an event was not dealt with", name, e);
            }
        }
    }

    /** Whatever is told goes on as soon as it can, but time is told when it is due. */
    private Event next() throws InterruptedException {
        long due = Math.min(tickAt, orNever(routing.wakeAt()));
        long wait = due - now();
        @Nullable Event told = wait > 0 ? queue.poll(wait, TimeUnit.NANOSECONDS) : null;
        if (told != null) {
            return told;
        }
        tickAt = now() + settings.routing().tick().toNanos();
        return TICK;
    }

    private static long orNever(OptionalLong at) {
        return at.orElse(Long.MAX_VALUE);
    }

    private void step(Event event) {
        Step step = routing.on(event, now());
        decidedNanos = System.nanoTime();
        step.commands().forEach(this::act);
        step.notices().forEach(notice -> listener.told(name, notice));
        if (event instanceof Event.Tick || !step.notices().isEmpty()) {
            look();
        }
    }

    private void look() {
        var seen = new ConcurrentHashMap<String, FleetLook>();
        for (String version : routing.versions()) {
            routing.fleet(version)
                    .ifPresent(fleet -> seen.put(
                            version,
                            new FleetLook(fleet.inUse(), !fleet.rotation(now()).isEmpty())));
        }
        looks = seen;
    }

    private void act(Command command) {
        switch (command) {
            case Command.Send send -> flight(send.request()).ifPresent(flight -> send(flight, send));
            case Command.Cancel cancel -> flight(cancel.request()).ifPresent(flight -> flight.cancel(cancel.attempt()));
            case Command.Fall fall -> flight(fall.request()).ifPresent(flight -> fall(flight, fall));
            case Command.Answer answer ->
                flight(answer.request()).ifPresent(flight -> flight.reply.complete(answer(flight, answer)));
            case Command.Fail fail ->
                flight(fail.request()).ifPresent(flight -> flight.reply.complete(new Reply.Failed(Told.why(fail))));
            case Command.Compare compare ->
                flight(compare.request())
                        .ifPresent(flight -> comparing.compare(flight, compare.attempts(), version(newest())));
            case Command.Forget forget -> flights.remove(forget.request());
            case Command.OfFleet of -> replicas.act(of.command());
        }
    }

    private Optional<Flight> flight(RequestId id) {
        return Optional.ofNullable(flights.get(id));
    }

    private void send(Flight flight, Command.Send send) {
        flight.sent(send.attempt(), send.items());
        Optional<OipClient> client = replicas.client(send.replica());
        if (client.isEmpty()) {
            failed(send, Cause.TURNED_AWAY, "there is no way to it");
            return;
        }
        ServedVersion version = version(send.replica().version());
        var request = new InferRequest(
                version.id(),
                flight.request.id(),
                Map.of(),
                Rows.take(flight.request.inputs(), send.items()),
                List.of());
        Pending pending = client.get().infer(request, new Deadline(originNanos + send.deadline()));
        flight.under(send.attempt(), pending);
        var _ = pending.thenAccept(outcome -> came(flight, send, version, outcome));
    }

    /** Called by the thread that reads from the replica. */
    private void came(Flight flight, Command.Send send, ServedVersion version, Outcome outcome) {
        switch (outcome) {
            case Outcome.Answered answered -> {
                var outputs = answered.response().outputs();
                String unfit = Answers.unfit(outputs, version, send.items().size());
                if (unfit.isEmpty()) {
                    flight.gave(send.attempt(), Answers.ordered(outputs, version));
                    queue.add(new Event.Answered(send.request(), send.attempt(), Finite.all(outputs)));
                } else {
                    failed(send, Cause.ERROR, unfit);
                }
            }
            case Outcome.Refused refused ->
                failed(send, Told.cause(refused.why().error()), refused.why().reason());
            case Outcome.NotSent notSent -> failed(send, Cause.TURNED_AWAY, notSent.why());
            case Outcome.NoAnswer lost ->
                CompletableFuture.delayedExecutor(END_KNOWN_MILLIS, TimeUnit.MILLISECONDS)
                        .execute(() -> failed(send, Cause.ERROR, lost.why()));
            case Outcome.Late _ -> failed(send, Cause.ERROR, "no answer before the deadline");
            case Outcome.Cancelled _ -> {}
        }
    }

    private void failed(Command.Send send, Cause cause, String words) {
        queue.add(new Event.Failed(send.request(), send.attempt(), cause, words));
    }

    /** Rules are values that are there: every item has its answer at once. */
    private void fall(Flight flight, Command.Fall fall) {
        ServedVersion version = version(Told.asked(flight.ask));
        flight.sent(fall.attempt(), fall.items());
        List<Integer> answered = version.fallback()
                .filter(_ -> fall.tier() instanceof Tier.Rule)
                .map(rule -> {
                    flight.gave(
                            fall.attempt(),
                            Answers.rule(version, rule, fall.items().size()));
                    return fall.items();
                })
                .orElse(List.of());
        queue.add(new Event.Fell(fall.request(), fall.attempt(), answered));
    }

    private Reply answer(Flight flight, Command.Answer answer) {
        return new Reply.Answered(
                answer.parts().stream().map(part -> piece(flight, part)).toList());
    }

    private Reply.Piece piece(Flight flight, Next.Part part) {
        Tier tier = flight.ask.tiers().get(part.tier());
        ServedVersion asked = version(Told.asked(flight.ask));
        boolean isQuarantined = part.items().stream()
                .anyMatch(
                        item -> routing.quarantine().holds(flight.ask.digests().get(item), now()));
        return new Reply.Piece(
                Told.tier(tier, asked),
                tier instanceof Tier.Model model ? version(model.version()).id() : asked.id(),
                Told.reason(tier, asked, isQuarantined),
                part.items(),
                flight.items(part.attempt()),
                flight.outputs(part.attempt()));
    }

    /**
     * Has a request answered, by the version it names or the newest. Blocks until then.
     *
     * @throws OipException if there is no answer
     */
    Reply.Answered infer(InferRequest request, Call call, Asks asks) {
        Ask ask = asks.read(request, call, tiers(request), originNanos);
        var flight = new Flight(new RequestId(requests.incrementAndGet()), request, ask);
        flights.put(flight.id, flight);
        queue.add(new Event.Arrived(flight.id, ask));
        var _ = call.abandoned().thenAccept(_ -> {
            if (!flight.reply.isDone()) {
                queue.add(new Event.Abandoned(flight.id));
            }
        });
        return switch (awaited(flight)) {
            case Reply.Answered answered -> answered;
            case Reply.Failed failed -> throw failed.why();
        };
    }

    private Reply awaited(Flight flight) {
        try {
            long left = flight.ask.deadline() - now() + GRACE.toNanos();
            return flight.reply.get(Math.max(0, left), TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
            flights.remove(flight.id);
            return new Reply.Failed(new OipException(OipError.LATE, "no answer before the deadline"));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return new Reply.Failed(new OipException(OipError.UNAVAILABLE, "this server is stopping"));
        } catch (ExecutionException e) {
            throw new AssertionError("it is never completed so", e);
        }
    }

    /** Whoever names a version is answered by no other. */
    private List<Tier> tiers(InferRequest request) {
        String asked = request.model().version().orElse(newest());
        var tiers = new java.util.ArrayList<Tier>();
        tiers.add(new Tier.Model(asked));
        if (request.model().version().isEmpty()) {
            versions.values().stream()
                    .skip(1)
                    .filter(older -> older.signature().equals(version(asked).signature()))
                    .findFirst()
                    .ifPresent(older -> tiers.add(new Tier.Model(older.version())));
        }
        version(asked).fallback().ifPresent(_ -> tiers.add(new Tier.Rule()));
        return tiers;
    }

    /** Returns whether decisions are made. */
    boolean isDeciding() {
        return System.nanoTime() - decidedNanos < STILL_NANOS;
    }

    SortedMap<String, ServedVersion> versions() {
        return versions;
    }

    /** Returns how a version's replicas are; nobody there before anything is known. */
    FleetLook look(String version) {
        return looks.getOrDefault(version, new FleetLook(0, false));
    }

    /** Asks all replicas to end, ends those that do not in time, and returns when none is left. */
    @Override
    public void close() {
        isOver = true;
        owner.interrupt();
        try {
            owner.join(); // a start that it has decided on is to be seen
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        new Ending(replicas).end(settings.drainWithin());
    }
}
