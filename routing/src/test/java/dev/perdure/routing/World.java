package dev.perdure.routing;

import dev.perdure.core.Backoff;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A model's clients, replicas and network under one seed, and what goes wrong with them. Nothing in it depends on anything
 * but the seed.
 */
final class World {
    /** Something that takes events like {@link Routing}; a test may put a broken one here. */
    interface Machine {
        Step on(Event event, long now);
    }

    /** Makes a machine around a routing. */
    interface Machines {
        Machine around(Routing real, World world);
    }

    /** What a seed is about. */
    enum Kind {
        /** Anything at any time. */
        WILD,
        /** One replica at a time has something, and there is time enough: no request may fail. */
        ONE_AT_A_TIME,
        /** The same while another version takes the place of the one served. */
        UPGRADE,
        /** Far more is asked than can be answered. */
        OVERLOAD,
        /** Replicas are killed from outside faster than they start, and there is time enough: no request may fail. */
        LOSSES,
        /** Everything stands still again and again, as on a machine that is busy: nobody is killed, no request fails. */
        BUSY,
        /** Requests that end replicas, beside others that may not fail. */
        POISON
    }

    /** A client's request and what became of it. */
    static final class Asked {
        final Ask ask;
        final long at;
        final Map<Integer, List<Integer>> attempts = new HashMap<>();
        final Map<Integer, ReplicaId> replicas = new HashMap<>();
        final Map<Integer, Map<Integer, String>> outputs = new HashMap<>();
        final Map<Integer, Long> computedAt = new HashMap<>();
        final Set<Integer> turnedAway = new HashSet<>();
        int ends;
        boolean isForgotten;
        boolean isLost;

        Asked(Ask ask, long at) {
            this.ask = ask;
            this.at = at;
        }
    }

    private record Item(long at, long order, Runnable what) {}

    static final String STABLE = "2";
    static final String NEW = "3";
    static final String PREVIOUS = "1";
    static final long SECOND = 1_000_000_000L;
    static final long FAULTS_END = 3 * SECOND;
    static final long LOAD_END = 4 * SECOND;
    static final long END = 9 * SECOND;
    private static final int NOTES_MAX = 6_000;

    final long seed;
    final Kind kind;
    final SplittableRandom random;
    final Routing.Options options;
    final int target;
    final int standbys;
    final boolean hasPrevious;
    final Map<ReplicaId, SimReplica> processes = new TreeMap<>();
    final Map<RequestId, Asked> asked = new TreeMap<>();
    final Map<Status, Integer> failures = new EnumMap<>(Status.class);
    final Map<String, Integer> kills = new HashMap<>();
    final Set<String> ejections = new HashSet<>();
    final Set<ReplicaId> shown = new HashSet<>();
    Routing routing;
    long now;
    long faultyUntil = FAULTS_END;
    long pausedUntil;
    int answered;
    int degraded;
    int faults;
    int quarantined;
    String served = STABLE;

    private final PriorityQueue<Item> queue =
            new PriorityQueue<>((a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.order, b.order));
    private final Deque<String> notes = new ArrayDeque<>();
    private final List<Invariant> invariants = Invariant.all();
    private final Machines machines;
    private final boolean keepsNotes;
    private final double lost;
    private final double poison;
    private final long service;
    private final long gap;
    private final Map<String, String> knownGood = new HashMap<>();
    private final Deque<Event> held = new ArrayDeque<>();
    private Machine machine;
    private long order;
    private long nextRequest = 1;
    private long delays = 1;
    private long poisonAt = SECOND;
    private int poisons;
    private long scheduledWake = Long.MAX_VALUE;
    private int life;
    private long gatewayAway;

    World(long seed, Machines machines, boolean keepsNotes) {
        this.seed = seed;
        this.machines = machines;
        this.keepsNotes = keepsNotes;
        random = new SplittableRandom(seed);
        kind = kindOf(seed);
        target = mayFail() ? 1 + random.nextInt(4) : 2 + random.nextInt(3);
        standbys = random.nextInt(3);
        hasPrevious = random.nextInt(3) == 0;
        lost = kind == Kind.WILD && random.nextBoolean() ? random.nextDouble() * 0.02 : 0;
        poison = kind == Kind.WILD && random.nextInt(3) == 0 ? 0.02 : 0;
        service = kind == Kind.OVERLOAD ? millis(20, 40) : millis(5, 40);
        double busy = kind == Kind.OVERLOAD ? 3 : 0.1 + (isSteady() ? 0.15 : 0.3) * random.nextDouble();
        gap = (long) (service / 2.0 / target / busy);
        options = options();
        routing = new Routing(options, random.split());
        machine = machines.around(routing, this);
        in(0, this::deploy);
        in(millis(500, 600), this::arrive);
        in(0, this::ticks);
        if (kind == Kind.UPGRADE) {
            in(millis(800, 2_500), this::upgrade);
        }
        in(SECOND, this::keepOn);
        int planned = kind == Kind.OVERLOAD || isSteady() ? 0 : random.nextInt(10);
        for (int i = 0; i < planned; i++) {
            long at = !mayFail() ? SECOND + (FAULTS_END - SECOND) * i / planned : random.nextLong(FAULTS_END);
            in(at, mayFail() ? this::fault : this::faultOfOne);
        }
    }

    private static Kind kindOf(long seed) {
        int of = (int) (seed % 20);
        if (of == 3 || of == 9 || of == 13) {
            return of == 3 ? Kind.POISON : of == 9 ? Kind.BUSY : Kind.LOSSES;
        }
        return of == 19 ? Kind.OVERLOAD : of % 10 < 6 ? Kind.WILD : of % 10 == 8 ? Kind.UPGRADE : Kind.ONE_AT_A_TIME;
    }

    boolean mayFail() {
        return kind == Kind.WILD || kind == Kind.OVERLOAD;
    }

    /** Whether the same goes wrong all the time. */
    private boolean isSteady() {
        return kind == Kind.LOSSES || kind == Kind.BUSY || kind == Kind.POISON;
    }

    private void keepOn() {
        if (now >= FAULTS_END || !isSteady()) {
            return;
        }
        faults++;
        switch (kind) {
            case BUSY -> {
                standStill();
                in(millis(10, 150), this::keepOn);
            }
            case LOSSES, POISON -> {
                anybody().ifPresent(who -> who.die(137));
                in(kind == Kind.LOSSES ? millis(300, 900) : millis(900, 1_800), this::keepOn);
            }
            case WILD, ONE_AT_A_TIME, UPGRADE, OVERLOAD -> {}
        }
    }

    /** One process gets no time for a while, be it the gateway; or none does. */
    private void standStill() {
        long until = now + (long) Math.min(700e6, -120e6 * Math.log(1 - random.nextDouble()));
        int who = random.nextInt(target + 2);
        List<SimReplica> alive =
                processes.values().stream().filter(process -> !process.isDead).toList();
        if (who < 2) {
            note(() -> (who == 0 ? "the gateway" : "everything") + " stands still for " + (until - now) / 1_000_000
                    + " ms");
            pauseGateway(until);
        }
        if (who == 1) {
            alive.forEach(process -> process.stopUntil(until));
        } else if (who > 1 && !alive.isEmpty()) {
            SimReplica one = alive.get(random.nextInt(alive.size()));
            note(() -> one.id + " stands still for " + (until - now) / 1_000_000 + " ms");
            one.stopUntil(until);
        }
    }

    private void pauseGateway(long until) {
        gatewayAway += Math.max(0, until - Math.max(now, pausedUntil));
        pausedUntil = Math.max(pausedUntil, until);
    }

    /** Returns how long the gateway has stood still until now. */
    long gatewayAwaySoFar() {
        return gatewayAway - Math.max(0, pausedUntil - now);
    }

    /** How long a process takes until it is ready. */
    long start() {
        return kind == Kind.LOSSES ? millis(300, 900) : millis(50, 300);
    }

    /** The new version is deployed, gets all new requests once it is whole, and the old one goes. */
    private void upgrade() {
        if (routing.fleet(NEW).isEmpty()) {
            feed(new Event.Deploy(NEW, fleetOptions(target, standbys), 1, Duration.ZERO));
        }
        boolean isWhole =
                routing.fleet(NEW).filter(fleet -> fleet.inUse() == target).isPresent();
        if (isWhole) {
            served = NEW;
            note(() -> "version 3 takes over");
            feed(new Event.Retire(STABLE));
        } else {
            in(millis(10, 50), this::upgrade);
        }
    }

    private Routing.Options options() {
        return new Routing.Options(
                Duration.ofMillis(20),
                Request.Options.usual(),
                new Admission.Options(
                        isSteady() ? 2_000 : 100, new ConcurrencyLimit.Options(16, 4, 256, 1.5), Optional.empty()),
                new Quarantine.Options(20, Duration.ofSeconds(60)),
                0.05,
                0.05,
                Duration.ofSeconds(2));
    }

    private Fleet.Options fleetOptions(int replicas, int spares) {
        Fleet.Options usual = Fleet.Options.usual(Scaling.Options.between(replicas, replicas), spares);
        return new Fleet.Options(
                new Health.Limits(
                        new Backoff(Integer.MAX_VALUE, Duration.ofMillis(200), Duration.ofSeconds(2)),
                        Duration.ofMillis(500),
                        Duration.ofSeconds(5)),
                usual.vitals(),
                usual.scaling(),
                spares,
                usual.floorShare(),
                usual.golden(),
                usual.goldenMax(),
                Duration.ofSeconds(2),
                usual.heldUpMax(),
                Duration.ofSeconds(1),
                usual.timesMax(),
                new Backoff(Integer.MAX_VALUE, Duration.ofMillis(50), Duration.ofMillis(500)),
                usual.failures());
    }

    private void deploy() {
        long first = 1
                + processes.keySet().stream().mapToLong(ReplicaId::number).max().orElse(0);
        Duration adopts = Duration.ofMillis(life == 0 ? 0 : 200);
        feed(new Event.Deploy(STABLE, fleetOptions(target, standbys), first, adopts));
        if (hasPrevious) {
            feed(new Event.Deploy(PREVIOUS, fleetOptions(1, 0), first, adopts));
        }
    }

    /** Lets everything take its course; every event is followed by a look at the invariants. */
    void run() {
        try {
            while (!queue.isEmpty() && now < END) {
                Item next = queue.remove();
                now = next.at;
                next.what.run();
            }
            invariants.forEach(invariant -> invariant.atTheEnd(this));
        } catch (AssertionError | RuntimeException failure) {
            throw new AssertionError(
                    "seed %d (%s): %s at %d ms. Repeat it: ./mvnw -pl routing -am test -Dtest=SimulationTest -Dsurefire.failIfNoSpecifiedTests=false -Dseed=%d%s"
                            .formatted(seed, kind, failure.getMessage(), now / 1_000_000, seed, story()),
                    failure);
        }
    }

    String story() {
        return keepsNotes ? "\n" + String.join("\n", notes) : "";
    }

    void note(Supplier<String> what) {
        if (keepsNotes) {
            notes.addLast(now / 1_000 + " us " + what.get());
            if (notes.size() > NOTES_MAX) {
                notes.removeFirst();
            }
        }
    }

    void in(long delay, Runnable what) {
        queue.add(new Item(now + Math.max(0, delay), order++, what));
    }

    long millis(int from, int to) {
        return 1_000_000L * from + random.nextLong(1_000_000L * (to - from));
    }

    long delay() {
        return delays * (50_000 + random.nextLong(450_000));
    }

    long service() {
        return service / 2 + random.nextLong(service);
    }

    boolean isFaulty() {
        return kind == Kind.WILD && now < FAULTS_END;
    }

    boolean isPoison(String digest) {
        return digest.startsWith("poison");
    }

    static String right(String version, String digest) {
        return version + " of " + digest;
    }

    void killedBy(List<String> digests) {
        digests.stream().filter(this::isPoison).distinct().forEach(digest -> kills.merge(digest, 1, Integer::sum));
    }

    private void ticks() {
        feed(new Event.Tick());
        in(options.tick().toNanos(), this::ticks);
    }

    /** A message that reaches the gateway later. */
    void tell(long delay, FleetEvent event) {
        deliver(delay, () -> new Event.OfReplica(replicaOf(event), event));
    }

    private void deliver(long delay, Supplier<Event> event) {
        int to = life;
        in(delay, () -> {
            if (to == life) {
                feed(event.get());
            }
        });
    }

    private static ReplicaId replicaOf(FleetEvent event) {
        return switch (event) {
            case FleetEvent.Ready e -> e.replica();
            case FleetEvent.NotStarted e -> e.replica();
            case FleetEvent.Adopted e -> e.replica();
            case FleetEvent.Exited e -> e.replica();
            case FleetEvent.Ending e -> e.replica();
            case FleetEvent.Disconnected e -> e.replica();
            case FleetEvent.Beat e -> e.replica();
            case FleetEvent.Probed e -> e.replica();
            case FleetEvent.Found e -> e.replica();
            case FleetEvent.Doubted e -> e.replica();
            case FleetEvent.Reported e -> e.replica();
            case FleetEvent.Sent e -> e.replica();
            case FleetEvent.Suspected e -> e.replica();
            case FleetEvent.Ended e -> e.replica();
            case FleetEvent.Answered e -> e.replica();
            case FleetEvent.Overtaken e -> e.replica();
            case FleetEvent.Blamed e -> e.replica();
            case FleetEvent.Busy _, FleetEvent.Resize _, FleetEvent.Retire _, FleetEvent.Tick _ ->
                throw new IllegalArgumentException("not of one replica: " + event);
        };
    }

    /** While the gateway is stopped, what reaches it waits. */
    private void feed(Event event) {
        if (now < pausedUntil || !held.isEmpty()) {
            if (held.isEmpty()) {
                int to = life;
                in(pausedUntil - now, () -> release(to));
            }
            held.addLast(event);
            return;
        }
        hear(event);
    }

    private void release(int to) {
        if (to == life && now < pausedUntil) {
            in(pausedUntil - now, () -> release(to));
        } else if (to == life) {
            while (!held.isEmpty()) {
                hear(held.removeFirst());
            }
        }
    }

    private void hear(Event event) {
        note(() -> "-> " + event);
        Step step = machine.on(event, now);
        for (Notice notice : step.notices()) {
            noticed(notice);
        }
        for (Command command : step.commands()) {
            note(() -> "   " + command);
            invariants.forEach(invariant -> invariant.saw(command, this));
            act(command);
        }
        invariants.forEach(invariant -> invariant.after(this));
        long wake = routing.wakeAt().orElse(Long.MAX_VALUE);
        if (wake < scheduledWake) {
            scheduledWake = wake;
            deliver(wake <= now ? 1_000_000 : wake - now, () -> {
                scheduledWake = Long.MAX_VALUE;
                return new Event.Tick();
            });
        }
    }

    private void noticed(Notice notice) {
        note(() -> "   ! " + notice);
        switch (notice) {
            case Notice.Ejected ejected ->
                ejections.add(ejected.finding().getClass().getSimpleName());
            case Notice.Gone gone -> ejections.add(gone.finding().getClass().getSimpleName());
            case Notice.Readmitted readmitted -> shown.add(readmitted.replica());
            case Notice.Quarantined _ -> quarantined++;
            case Notice.PutToUse _, Notice.Rested _, Notice.Scaled _, Notice.Undecided _ -> {}
        }
    }

    Asked mustFind(RequestId id) {
        return Optional.ofNullable(asked.get(id)).orElseThrow();
    }

    private void act(Command command) {
        switch (command) {
            case Command.Send send -> send(send);
            case Command.Cancel _ -> {}
            case Command.Fall fall -> fall(fall);
            case Command.Answer answer -> {
                mustFind(answer.request()).ends++;
                answered++;
                boolean isFirst = answer.parts().stream().allMatch(part -> part.tier() == 0);
                degraded += isFirst ? 0 : 1;
                Asked request = mustFind(answer.request());
                if (isFirst) {
                    request.ask.digests().forEach(digest -> knownGood.put(digest, right(served, digest)));
                }
            }
            case Command.Fail fail -> {
                mustFind(fail.request()).ends++;
                failures.merge(fail.status(), 1, Integer::sum);
            }
            case Command.Compare compare -> compare(compare);
            case Command.Forget forget -> mustFind(forget.request()).isForgotten = true;
            case Command.OfFleet of -> act(of.command());
        }
    }

    private void act(FleetCommand command) {
        ReplicaId id = command.replica();
        SimReplica process = processes.get(id);
        switch (command) {
            case FleetCommand.Start _ -> {
                var started = new SimReplica(this, id);
                processes.put(id, started);
                started.start();
            }
            case FleetCommand.Stop _ -> {
                if (process != null) {
                    process.in(millis(1, 20), () -> process.die(0));
                }
            }
            case FleetCommand.Kill _ ->
                in(millis(1, 3), () -> {
                    if (process != null && !process.isDead) {
                        process.die(137);
                    } else {
                        tell(0, new FleetEvent.Exited(id, 137));
                    }
                });
            case FleetCommand.Probe probe -> {
                if (process != null) {
                    var job = new SimReplica.Job(new RequestId(0), 0, List.of("golden"), probe.probe());
                    process.in(delay(), () -> process.take(job));
                }
            }
        }
    }

    private void send(Command.Send send) {
        Asked request = mustFind(send.request());
        request.attempts.put(send.attempt(), send.items());
        request.replicas.put(send.attempt(), send.replica());
        SimReplica process = processes.get(send.replica());
        List<String> digests =
                send.items().stream().map(request.ask.digests()::get).toList();
        var job = new SimReplica.Job(send.request(), send.attempt(), digests, 0);
        if (process != null && !isLost()) {
            process.in(delay(), () -> process.take(job));
        }
    }

    private boolean isLost() {
        return now < FAULTS_END && lost > 0 && random.nextDouble() < lost;
    }

    void failed(SimReplica.Job job, Event.Cause cause) {
        if (job.probe() != 0 || isLost()) {
            return;
        }
        if (cause == Event.Cause.TURNED_AWAY) {
            mustFind(job.request()).turnedAway.add(job.attempt());
        }
        deliver(delay(), () -> new Event.Failed(job.request(), job.attempt(), cause, "exception"));
    }

    void answered(SimReplica by, SimReplica.Job job) {
        Asked request = mustFind(job.request());
        var outputs = new HashMap<Integer, String>();
        List<Integer> items = request.attempts.getOrDefault(job.attempt(), List.of());
        for (int i : items) {
            outputs.put(i, by.output(request.ask.digests().get(i)));
        }
        request.computedAt.put(job.attempt(), now);
        if (!isLost()) {
            boolean isFinite = !by.isNan;
            deliver(delay(), () -> {
                request.outputs.put(job.attempt(), outputs);
                return new Event.Answered(job.request(), job.attempt(), isFinite);
            });
        }
    }

    private void fall(Command.Fall fall) {
        Asked request = mustFind(fall.request());
        request.attempts.put(fall.attempt(), fall.items());
        var outputs = new HashMap<Integer, String>();
        for (int i : fall.items()) {
            String digest = request.ask.digests().get(i);
            String found = fall.tier() instanceof Tier.Rule ? "rule" : knownGood.get(digest);
            if (found != null) {
                outputs.put(i, found);
            }
        }
        deliver(millis(0, 2), () -> {
            request.outputs.put(fall.attempt(), outputs);
            return new Event.Fell(fall.request(), fall.attempt(), List.copyOf(outputs.keySet()));
        });
    }

    private void compare(Command.Compare compare) {
        Asked request = mustFind(compare.request());
        var groups = new TreeMap<String, List<Integer>>();
        for (int attempt : compare.attempts()) {
            String all = new TreeMap<>(
                            Optional.ofNullable(request.outputs.get(attempt)).orElseThrow())
                    .toString();
            groups.computeIfAbsent(all, _ -> new ArrayList<>()).add(attempt);
        }
        deliver(1_000, () -> new Event.Compared(compare.request(), List.copyOf(groups.values())));
    }

    private void arrive() {
        if (now >= LOAD_END) {
            return;
        }
        in((long) (-Math.log(1 - random.nextDouble()) * gap), this::arrive);
        var id = new RequestId(nextRequest++);
        var digests = new ArrayList<String>();
        int items = random.nextInt(4) == 0 ? 1 + random.nextInt(4) : 1;
        for (int i = 0; i < items; i++) {
            boolean isPoison = now < FAULTS_END && random.nextDouble() < poison;
            if (kind == Kind.POISON && now >= poisonAt && now < FAULTS_END) {
                poisonAt += 700_000_000L;
                digests.add("poison of " + poisons++);
            }
            digests.add(isPoison ? "poison" + random.nextInt(3) : "x" + random.nextInt(200));
        }
        var tiers = new ArrayList<Tier>(List.of(new Tier.Model(served)));
        if (hasPrevious) {
            tiers.add(new Tier.Model(PREVIOUS));
        }
        if (kind == Kind.WILD && random.nextBoolean()) {
            tiers.add(new Tier.KnownGood());
            if (random.nextBoolean()) {
                tiers.add(new Tier.Rule());
            }
        }
        long patience = kind == Kind.WILD
                ? millis(50, 2_000)
                : kind == Kind.OVERLOAD ? 20 * service : isSteady() ? 4 * SECOND : 2 * SECOND;
        Optional<String> key = random.nextInt(4) == 0 ? Optional.of("key" + random.nextInt(20)) : Optional.empty();
        var ask = new Ask(tiers, now + patience, random.nextInt(3), "client", key, digests);
        asked.put(id, new Asked(ask, now));
        feed(new Event.Arrived(id, ask));
        if (kind == Kind.WILD && random.nextInt(100) == 0) {
            in(random.nextLong(20_000_000), () -> {
                Asked request = mustFind(id);
                if (request.ends == 0 && now >= pausedUntil) {
                    request.isLost = true;
                    feed(new Event.Abandoned(id));
                }
            });
        }
    }

    private Optional<SimReplica> anybody() {
        List<SimReplica> alive = processes.values().stream()
                .filter(process -> !process.isDead && process.isReady)
                .toList();
        return alive.isEmpty() ? Optional.empty() : Optional.of(alive.get(random.nextInt(alive.size())));
    }

    private void faultOfOne() {
        boolean allWell = routing.versions().stream()
                .flatMap(version -> routing.fleet(version).stream())
                .flatMap(fleet -> fleet.replicas().values().stream())
                .allMatch(replica -> replica.health().isInUse() || replica.health() instanceof Health.Standby);
        boolean isReallyWell = processes.values().stream()
                .noneMatch(process -> !process.isDead
                        && (process.wrongSince >= 0
                                || process.isNan
                                || process.isStuck()
                                || process.errors > 0
                                || process.slowness > 1
                                || process.isStopped()));
        if (allWell && isReallyWell && routing.fleet(served).orElseThrow().inUse() == target) {
            anybody().ifPresent(this::harm);
        }
    }

    private void fault() {
        switch (random.nextInt(12)) {
            case 0 -> {
                faults++;
                pauseGateway(now + millis(10, 800));
                note(() -> "the gateway stands still");
            }
            case 1 -> restart();
            case 2 -> {
                faults++;
                delays = 20;
                note(() -> "the network is slow");
                in(millis(100, 500), () -> delays = 1);
            }
            default -> anybody().ifPresent(this::harm);
        }
    }

    int lives() {
        return life + 1;
    }

    private void restart() {
        faults++;
        note(() -> "the gateway is killed and starts again");
        life++;
        held.clear();
        asked.values().forEach(request -> request.isLost |= request.ends == 0);
        asked.values().forEach(request -> request.isForgotten = true);
        routing = new Routing(options, random.split());
        machine = machines.around(routing, this);
        scheduledWake = Long.MAX_VALUE;
        shown.clear();
        deploy();
        for (SimReplica process : processes.values()) {
            if (process.isDead) {
                continue;
            }
            if (process.isReady) {
                tell(millis(1, 150), new FleetEvent.Adopted(process.id));
                tell(150_000_000L, new FleetEvent.Ready(process.id));
            } else {
                process.die(137); // nobody waits for it
            }
        }
    }

    private void harm(SimReplica who) {
        faults++;
        int what = random.nextInt(8);
        note(() -> "fault " + what + " of " + who.id);
        switch (what) {
            case 0, 1 -> who.die(137);
            case 2 -> who.stopUntil(now + millis(100, 3_000));
            case 3 -> who.turnWrong();
            case 4 -> who.isNan = true;
            case 5 -> {
                who.stick();
                who.in(millis(100, 4_000), who::unstick);
            }
            case 6 -> {
                who.slowness = 10;
                who.wasSlow = true;
                who.in(millis(500, 3_000), () -> who.slowness = 1);
            }
            default -> {
                who.errors = 0.1 + 0.9 * random.nextDouble();
                who.in(millis(500, 3_000), () -> who.errors = 0);
            }
        }
    }
}
