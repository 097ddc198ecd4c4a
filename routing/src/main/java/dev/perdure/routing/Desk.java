package dev.perdure.routing;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** What the parts of {@link Routing} share: the fleets, what requests see of them, and what goes out. */
final class Desk implements Request.View {
    private static final double USUAL = 0.95;
    private static final long USUAL_FIRST = 100_000_000L;

    final Routing.Options options;
    final SortedMap<String, Fleet> fleets = new TreeMap<>();
    final Quarantine quarantine;
    /** What happened to replicas and has not been looked at for what it means to requests. */
    final Deque<Notice> unread = new ArrayDeque<>();

    HedgeBudget hedges;
    /** The time of this event. */
    long now;
    /** The same, without times in which nothing at all was told: then it was this process that stood still. */
    long clock;

    private final RandomGenerator random;
    private final Map<String, Latencies> latencies = new HashMap<>();
    private final List<Command> commands = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();

    Desk(Routing.Options options, RandomGenerator random) {
        this.options = options;
        this.random = random;
        quarantine = new Quarantine(options.quarantine());
        hedges = HedgeBudget.of(options.hedgeShare());
    }

    void act(Command command) {
        commands.add(command);
    }

    void say(Notice notice) {
        notices.add(notice);
    }

    Step take() {
        var step = new Step(commands, notices);
        commands.clear();
        notices.clear();
        return step;
    }

    void tell(ReplicaId replica, FleetEvent event) {
        tell(replica.version(), event);
    }

    /** Tells a fleet; one that is not there hears nothing, and nothing of it is left to run. */
    void tell(String version, FleetEvent event) {
        Fleet fleet = fleets.get(version);
        if (fleet != null) {
            Fleet.Step step = fleet.on(event, clock);
            fleets.put(version, step.next());
            step.commands().forEach(command -> act(new Command.OfFleet(command)));
            step.notices().forEach(this::say);
            unread.addAll(step.notices());
        } else if (event instanceof FleetEvent.Adopted adopted) {
            act(new Command.OfFleet(new FleetCommand.Kill(adopted.replica(), "version " + version + " is not served")));
        }
    }

    void answeredAfter(String version, long nanos) {
        latencies.computeIfAbsent(version, _ -> new Latencies()).add(nanos);
    }

    boolean isSampled() {
        return random.nextDouble() < options.compareShare();
    }

    @Override
    public List<Candidate> rotation(String version) {
        Fleet fleet = fleets.get(version);
        return fleet == null ? List.of() : fleet.rotation(clock);
    }

    @Override
    public boolean isWhole(String version) {
        Fleet fleet = fleets.get(version);
        return fleet == null || fleet.inUse() >= fleet.scaling().target();
    }

    Optional<Health> health(ReplicaId replica) {
        Fleet fleet = fleets.get(replica.version());
        return fleet == null ? Optional.empty() : fleet.health(replica);
    }

    @Override
    public boolean isHeldUp(ReplicaId replica) {
        return health(replica).filter(Health::isHeldUp).isPresent();
    }

    @Override
    public boolean isEnding(ReplicaId replica) {
        return health(replica).filter(Health::isEnding).isPresent();
    }

    boolean isWrong(ReplicaId replica) {
        return health(replica).filter(Health::isWrong).isPresent();
    }

    @Override
    public boolean isQuarantined(String digest) {
        return quarantine.holds(digest, now);
    }

    @Override
    public boolean isSuspect(String digest) {
        return quarantine.suspects(digest, now);
    }

    @Override
    public boolean isTainted(String digest) {
        return quarantine.knows(digest, now);
    }

    @Override
    public long usualNanos(String version) {
        Latencies known = latencies.get(version);
        return known == null ? USUAL_FIRST : known.quantile(USUAL, USUAL_FIRST);
    }

    @Override
    public boolean mayHedge() {
        return hedges.allows();
    }

    @Override
    public Candidate choose(List<Candidate> candidates, Ask ask) {
        return ask.affinity()
                .flatMap(key -> Choice.ofKey(candidates, key))
                .or(() -> Choice.ofTwo(candidates, random))
                .orElseThrow();
    }
}
