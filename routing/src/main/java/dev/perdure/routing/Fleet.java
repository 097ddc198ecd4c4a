package dev.perdure.routing;

import dev.perdure.core.Backoff;
import dev.perdure.reliability.SequentialRateTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * All replicas of one model version: a value that takes an event and gives its successor, with what is to be done. Replicas
 * are alike, so only their number matters: {@code target} in use, and {@code standbys} more that are ready.
 *
 * <pre>
 * fewer in use than wanted, one stands by     it is put to use
 * more in use than wanted                     the one in use for the shortest time rests
 * fewer in all than wanted                    another is started, after a pause if several ended before they had answered anybody
 * more in all than wanted                     one that is out or stands by drains, and is stopped when it has nothing to do
 * held up, others are in use                  another is started; which of them stays is seen when it is back, or given up
 * answers wrongly                             it is killed at once
 * held up for long, or out again and again    it is killed, if another can answer or it lasts much longer, and the machine
 *                                             is no excuse
 * </pre>
 *
 * <p>When fewer than the floor are in use, replicas that were taken out for anything but wrong answers are in the
 * {@linkplain #rotation rotation} nevertheless, the least bad first. So ejection never takes the floor, and never leaves
 * a replica that answers wrongly.
 *
 * @param replicas those whose process is not known to be gone
 * @param nextNumber of the next replica
 * @param failuresInARow replicas that ended before they were of use, with none that was between them
 * @param startsFrom no replica is started before this
 * @param isRetired whether nobody needs this version any more
 * @param looks how regularly replicas are looked at: this process may be held up too
 */
public record Fleet(
        Options options,
        String version,
        SortedMap<ReplicaId, Replica> replicas,
        Peers peers,
        Scaling scaling,
        int standbys,
        long nextNumber,
        int failuresInARow,
        long startsFrom,
        boolean isRetired,
        Pace looks) {
    /** How often a replica says that it lives; whoever starts replicas has them do so. */
    public static final Duration BEAT = Duration.ofMillis(50);

    /** Looks at replicas that are so far apart are not late. */
    private static final Duration LOOK = Duration.ofMillis(40);

    /**
     * Settings.
     *
     * @param health times of health
     * @param vitals how long signs of life may stay away
     * @param scaling how many replicas, and when
     * @param standbys how many more stand by, >= 0
     * @param floorShare share of those wanted that ejection must leave, 0 to 1; at least one in any case
     * @param golden how often a golden inference is run
     * @param goldenMax how long it may take
     * @param startMax from start to ready and right
     * @param heldUpMax how long one that is held up is waited for after it was taken out
     * @param drainMax how long one that drains is waited for
     * @param timesMax a replica that is taken out this often in a row is replaced
     * @param restarts pauses between starts, by failures in a row
     * @param failures when too many requests fail
     */
    public record Options(
            Health.Limits health,
            Vitals.Bounds vitals,
            Scaling.Options scaling,
            int standbys,
            double floorShare,
            Duration golden,
            Duration goldenMax,
            Duration startMax,
            Duration heldUpMax,
            Duration drainMax,
            int timesMax,
            Backoff restarts,
            SequentialRateTest failures) {
        public Options {
            Checks.atLeast("standbys", standbys, 0);
            Checks.share("floorShare", floorShare);
            Checks.positive("golden", golden);
            Checks.positive("goldenMax", goldenMax);
            Checks.positive("startMax", startMax);
            Checks.notNegative("heldUpMax", heldUpMax);
            Checks.notNegative("drainMax", drainMax);
            Checks.atLeast("timesMax", timesMax, 1);
        }

        /**
         * Returns the usual settings: a golden inference every 0.8 s, so that with its own time a wrong replica is out
         * within a second; one failed request in a hundred is healthy and one in ten is not, wrongly found in one test of
         * ten thousand.
         */
        public static Options usual(Scaling.Options scaling, int standbys) {
            return new Options(
                    Health.Limits.usual(),
                    Vitals.Bounds.usual(),
                    scaling,
                    standbys,
                    0.5,
                    Duration.ofMillis(800),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(120),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(30),
                    4,
                    new Backoff(Integer.MAX_VALUE, Duration.ofMillis(200), Duration.ofSeconds(30)),
                    SequentialRateTest.of(0.01, 0.1, 1e-4, 1e-2));
        }
    }

    /**
     * What follows from an event.
     *
     * @param commands what is to be done, in this order
     */
    public record Step(Fleet next, List<FleetCommand> commands, List<Notice> notices) {
        public Step {
            commands = List.copyOf(commands);
            notices = List.copyOf(notices);
        }
    }

    public Fleet {
        replicas = Collections.unmodifiableSortedMap(new TreeMap<>(replicas));
    }

    /**
     * Returns a fleet that has no replica yet.
     *
     * @param firstNumber greater than that of any replica there ever was of this version
     * @param adopts how long to wait for replicas that are there already before starting any
     */
    public static Fleet of(String version, Options options, long firstNumber, Duration adopts, long now) {
        return new Fleet(
                options,
                version,
                new TreeMap<>(),
                Peers.of(now),
                Scaling.of(options.scaling(), now),
                options.standbys(),
                firstNumber,
                0,
                now + adopts.toNanos(),
                false,
                Pace.of(LOOK, now));
    }

    /** Takes in an event. */
    public Step on(FleetEvent event, long now) {
        var round = new FleetRound(this, now);
        round.on(event);
        return round.end();
    }

    /** Returns a replica's health; nothing when its process is gone. */
    public Optional<Health> health(ReplicaId replica) {
        return Optional.ofNullable(replicas.get(replica)).map(Replica::health);
    }

    /** Returns how many must stay in the rotation, if there are so many that do not answer wrongly. */
    public int floor() {
        return Math.max(1, (int) Math.ceil(options.floorShare() * scaling.target()));
    }

    /** Returns who may be sent requests now; no order is meant. */
    public List<Candidate> rotation(long now) {
        var rotation = new ArrayList<Candidate>();
        var others = new ArrayList<Replica>();
        for (Replica replica : replicas.values()) {
            if (replica.health().isInUse()) {
                rotation.add(candidate(replica, replica.health().weight(now, options.health())));
            } else if (replica.vitals().isPresent() && replica.counts()) {
                others.add(replica);
            }
        }
        int missing = floor() - rotation.size();
        if (missing > 0) {
            others.stream()
                    .filter(replica -> !(replica.health() instanceof Health.Starting))
                    .sorted(Comparator.comparingInt(Fleet::badness).thenComparing(Replica::id))
                    .limit(missing)
                    .forEach(replica -> rotation.add(candidate(replica, Health.WEIGHT_FIRST)));
        }
        return rotation;
    }

    private static int badness(Replica replica) {
        return replica.health().isHeldUp() ? 2 : replica.health().isLastResort() ? 1 : 0;
    }

    private static Candidate candidate(Replica replica, double weight) {
        Load load = replica.load();
        return new Candidate(
                replica.id(), weight, load.inFlight(), load.latency().nanos(), load.suspects() > 0);
    }

    /** Returns how many are in use. */
    public int inUse() {
        return (int) replicas.values().stream()
                .filter(replica -> replica.health().isInUse())
                .count();
    }

    /** Returns whether nobody is left of a version that nobody needs. */
    public boolean isOver() {
        return isRetired && replicas.isEmpty();
    }
}
