package dev.perdure.gateway;

import dev.perdure.oip.Call;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Tensor;
import dev.perdure.routing.Ask;
import dev.perdure.routing.Candidate;
import dev.perdure.routing.Command;
import dev.perdure.routing.Event;
import dev.perdure.routing.Fleet;
import dev.perdure.routing.FleetEvent;
import dev.perdure.routing.Next;
import dev.perdure.routing.ReplicaId;
import dev.perdure.routing.RequestId;
import dev.perdure.routing.Routing;
import dev.perdure.routing.Scaling;
import dev.perdure.routing.Step;
import dev.perdure.routing.Tier;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One model: its requests, and its replicas of all deployments. Whatever happens is told to what decides, one thing after the
 * other, and what follows is done at once. Requests wait on threads of their own.
 */
final class ModelDesk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ModelDesk.class);
    private static final Event TICK = new Event.Tick();
    /** What an earlier life left is told of at once; no replica is started before. */
    private static final Duration ADOPTS = Duration.ofMillis(100);
    /** A decision is due every few milliseconds: whoever has made none for so long stands still. */
    private static final long STILL_NANOS = 2_000_000_000L;
    /** Longer than a deadline nobody waits, whatever went wrong here. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    private final String name;
    private final GatewaySettings settings;
    private final GatewayListener listener;
    private final Runnable looked;
    private final long originNanos = System.nanoTime();
    private final Deployments deployments = new Deployments();
    private final Set<String> retired = ConcurrentHashMap.newKeySet();
    private final Routing routing;
    private final Replicas replicas;
    private final Remembering remembering;
    private final Attempts attempts;
    private final Replies replies;
    private final Comparing comparing;
    private final Copies copies;
    private final Serially<Event> events;
    private final Map<RequestId, Flight> flights = new ConcurrentHashMap<>();
    private final AtomicLong requests = new AtomicLong();
    private long tickAt;
    private volatile long decidedNanos = System.nanoTime();
    private volatile Map<String, FleetLook> looks = Map.of();
    private volatile boolean isBusy;
    private volatile boolean isOver;

    /** What others may know of a deployment's replicas: how many are in use, and which may be asked. */
    record FleetLook(int inUse, List<ReplicaId> rotation) {
        static final FleetLook NOBODY = new FleetLook(0, List.of());

        FleetLook {
            rotation = List.copyOf(rotation);
        }

        boolean isAnswering() {
            return !rotation.isEmpty();
        }
    }

    /**
     * What became of a request.
     *
     * @param nanos how long replicas took whose answers it was given; 0 if there were none
     * @param by the replica that chance had answer all of it; absent if that was not one, or not chance
     */
    record Over(Reply reply, long nanos, Optional<ReplicaId> by) {
        /** Returns the outputs if who was asked gave all of them. */
        Optional<List<Tensor>> byAskedItself() {
            return reply instanceof Reply.Answered(var pieces)
                            && pieces.size() == 1
                            && pieces.getFirst().tier() == AnswerTier.MODEL
                    ? Optional.of(pieces.getFirst().outputs())
                    : Optional.empty();
        }
    }

    /**
     * Begins without any replica.
     *
     * @param looked told by whoever decides, often, after it was looked how replicas are; must not block
     */
    ModelDesk(String name, GatewaySettings settings, ReplicaHost host, GatewayListener listener, Runnable looked) {
        this.name = name;
        this.settings = settings;
        this.listener = listener;
        this.looked = looked;
        this.routing = new Routing(settings.routing(), RandomGenerator.getDefault());
        this.replicas =
                new Replicas(host, deployments::served, event -> tell(new Event.OfReplica(Told.replica(event), event)));
        this.remembering = new Remembering(name, settings.safeguards().recall(), deployments, this::flight);
        var inner = new InnerLayer(settings.safeguards());
        this.attempts = new Attempts(replicas, deployments, remembering.known(), inner, originNanos, this::tell);
        this.replies = new Replies(
                deployments, remembering.known(), digest -> routing.quarantine().holds(digest, now()), this::tell);
        this.comparing = new Comparing(this::tell);
        this.copies = new Copies(replicas);
        this.events = new Serially<>(
                "model " + name, new Deciding(), TICK, settings.routing().tick());
        events.start();
    }

    private void tell(Event event) {
        events.tell(event);
    }

    /** Takes over replicas that an earlier life left, and begins to start those that are missing. A key is deployed once. */
    void deploy(Deployment deployment, Fleet.Options options) {
        deployments.add(deployment);
        ReplicaHost.Left left = replicas.left(deployment.key());
        Duration adopts = left.numbers().isEmpty() ? Duration.ZERO : ADOPTS;
        tell(new Event.Deploy(deployment.key(), options, left.firstNumber(), adopts));
        replicas.adopt(deployment.key(), left.numbers());
    }

    /** Has another number of replicas wanted from now on. */
    void resize(Deployment deployment, Scaling.Options scaling, int standbys) {
        tell(new Event.Resize(deployment.key(), scaling, standbys));
    }

    /** Has replicas end when no request needs them that has come; one that comes later must ask another. */
    void retire(Deployment deployment) {
        tell(new Event.Retire(deployment.key()));
    }

    private long now() {
        return System.nanoTime() - originNanos;
    }

    private final class Deciding implements Serially.Dealer<Event> {
        @Override
        public void deal(Event event) {
            try {
                step(event);
            } catch (RuntimeException e) {
                LOG.error("model {}: an event was not dealt with", name, e);
            }
        }

        @Override
        public long dueNanos() {
            return originNanos + Math.min(tickAt, routing.wakeAt().orElse(Long.MAX_VALUE));
        }

        @Override
        public boolean isBusy() {
            return !flights.isEmpty();
        }
    }

    private void step(Event event) {
        if (event instanceof Event.Arrived arrived && isForRetired(arrived.ask())) {
            flight(arrived.request()).ifPresent(flight -> flight.reply.complete(new Reply.Moved()));
            flights.remove(arrived.request());
            return;
        }
        if (event instanceof Event.Retire retire) {
            retired.add(retire.version());
        }
        remembering.happens(event);
        long now = now();
        if (event instanceof Event.Tick) {
            tickAt = now + settings.routing().tick().toNanos();
        }
        Step step = routing.on(event, now);
        decidedNanos = System.nanoTime();
        step.commands().forEach(this::act);
        step.notices().forEach(remembering::noticed);
        step.notices().forEach(notice -> listener.told(name, notice));
        listener.decided(name, event, step, now);
        if (event instanceof Event.Tick || !step.notices().isEmpty()) {
            look();
        }
    }

    private boolean isForRetired(Ask ask) {
        return !retired.isEmpty()
                && ask.tiers().stream()
                        .anyMatch(tier -> tier instanceof Tier.Model model && retired.contains(model.version()));
    }

    private void look() {
        var seen = new ConcurrentHashMap<String, FleetLook>();
        for (String key : routing.versions()) {
            routing.fleet(key)
                    .ifPresent(fleet -> seen.put(
                            key,
                            new FleetLook(
                                    fleet.inUse(),
                                    fleet.rotation(now()).stream()
                                            .map(Candidate::id)
                                            .toList())));
        }
        looks = seen;
        isBusy = routing.admission().waiting() > 0;
        retired.stream().filter(key -> !seen.containsKey(key)).forEach(deployments::remove);
        listener.looked(name, ModelLook.of(routing));
        looked.run();
    }

    private void act(Command command) {
        switch (command) {
            case Command.Send send -> flight(send.request()).ifPresent(flight -> attempts.send(flight, send));
            case Command.Cancel cancel -> flight(cancel.request()).ifPresent(flight -> flight.cancel(cancel.attempt()));
            case Command.Fall fall -> flight(fall.request()).ifPresent(flight -> replies.fall(flight, fall));
            case Command.Answer answer ->
                flight(answer.request()).ifPresent(flight -> {
                    flight.answeredBy(
                            answer.parts().stream().map(Next.Part::attempt).toList());
                    flight.reply.complete(replies.answer(flight, answer));
                });
            case Command.Fail fail ->
                flight(fail.request()).ifPresent(flight -> flight.reply.complete(new Reply.Failed(Told.why(fail))));
            case Command.Compare compare ->
                flight(compare.request()).ifPresent(flight -> compare(flight, compare.attempts()));
            case Command.Forget forget -> flights.remove(forget.request());
            case Command.OfFleet of -> {
                remembering.does(of.command());
                replicas.act(of.command());
            }
        }
    }

    private Optional<Flight> flight(RequestId id) {
        return Optional.ofNullable(flights.get(id));
    }

    /** All attempts that are compared are of one deployment. */
    private void compare(Flight flight, List<Integer> which) {
        deployments
                .find(flight.key(which.getFirst()))
                .ifPresent(deployment -> comparing.compare(flight, which, deployment.served()));
    }

    /** Has a request answered by one of these, in this order. Blocks until it is over. */
    Over infer(InferRequest request, Call call, Asks asks, List<Tier> tiers) {
        return infer(request, call, asks, tiers, "");
    }

    /** @param mark what its inputs do to replicas is kept apart from what others with the same inputs do, unless it is empty */
    Over infer(InferRequest request, Call call, Asks asks, List<Tier> tiers, String mark) {
        Ask ask = asks.read(request, call, tiers, originNanos, mark);
        var flight = new Flight(new RequestId(requests.incrementAndGet()), request, ask, call);
        flights.put(flight.id, flight);
        tell(new Event.Arrived(flight.id, ask));
        if (isOver) {
            flight.reply.complete(stopping());
        }
        var _ = call.abandoned().thenAccept(_ -> {
            if (!flight.reply.isDone()) {
                tell(new Event.Abandoned(flight.id));
            }
        });
        Reply reply = awaited(flight);
        return new Over(
                reply, flight.nanos(), flight.by().filter(_ -> ask.affinity().isEmpty()));
    }

    /** Has a request computed for nobody, if there is room for that. Does not block. */
    void copy(InferRequest request, Deployment to, Duration within, Consumer<Copies.Copied> told) {
        List<ReplicaId> rotation = look(to).rotation();
        if (!isBusy && !rotation.isEmpty()) {
            ReplicaId replica = rotation.get(ThreadLocalRandom.current().nextInt(rotation.size()));
            copies.send(request, to.served(), replica, within, told);
        }
    }

    private static Reply stopping() {
        return new Reply.Failed(new OipException(OipError.UNAVAILABLE, "this server is stopping"));
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
            return stopping();
        } catch (ExecutionException e) {
            throw new AssertionError("it is never completed so", e);
        }
    }

    /** A deployment was found to be wrong: nothing that it ever answered is used any more. */
    void distrust(Deployment deployment) {
        remembering.known().wrong(deployment);
    }

    /** The truth about a request's answer was reported, of one item. */
    void reported(ReplicaId replica, boolean isRight) {
        tell(new Event.OfReplica(replica, new FleetEvent.Reported(replica, isRight)));
    }

    /** Returns whether decisions are made. */
    boolean isDeciding() {
        return System.nanoTime() - decidedNanos < STILL_NANOS;
    }

    /** Returns how a deployment's replicas are; nobody there before anything is known. */
    FleetLook look(Deployment deployment) {
        return looks.getOrDefault(deployment.key(), FleetLook.NOBODY);
    }

    /** Returns whether no replica is left, and nothing is under way. */
    boolean isDrained() {
        return looks.isEmpty() && flights.isEmpty();
    }

    /** Asks all replicas to end, ends those that do not in time, and returns when none is left. */
    @Override
    public void close() {
        isOver = true;
        try {
            events.end(); // a start that was decided on is to be seen
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        flights.values().forEach(flight -> flight.reply.complete(stopping()));
        new Ending(replicas).end(settings.drainWithin());
        listener.ended(name);
    }
}
