package dev.perdure.routing;

import dev.perdure.routing.Finding.Grade;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * What only time shows of replicas, and how much of that is the machine's doing. A replica is excused
 *
 * <ul>
 *   <li>for as long as all others are silent too, up to two seconds;
 *   <li>for {@value #TIMES} times what things were late by lately: the median of how late the others' heartbeats and the
 *       looks at them were. One that stood still by itself so excuses nobody, and on a quiet machine there is no excuse.
 * </ul>
 */
final class Watch {
    private static final int TIMES = 4;
    private static final long USUAL_LATE_NANOS = 25_000_000;
    private static final long SILENT_MAX_NANOS = 2_000_000_000L;
    private static final long EXCUSE_MAX_NANOS = 10_000_000_000L;
    private static final int HELD_UP_ALONE = 4;
    private static final int WORSE_TIMES = 10;

    private final Fleet.Options options;
    private final Collection<Replica> replicas;
    private final Pace looks;
    private final double typicalNanos;
    private final long now;

    /**
     * Looks at replicas at one moment.
     *
     * @param looks how regularly that is done
     */
    Watch(Fleet.Options options, Collection<Replica> replicas, Pace looks, long now) {
        this.options = options;
        this.replicas = replicas;
        this.looks = looks;
        this.now = now;
        this.typicalNanos = typicalNanos(replicas);
    }

    /** What a request takes at most replicas: one that was slow for a while is no measure. */
    private static double typicalNanos(Collection<Replica> replicas) {
        double[] known = replicas.stream()
                .mapToDouble(replica -> replica.load().latency().nanos())
                .filter(nanos -> nanos > 0)
                .sorted()
                .toArray();
        return known.length == 0 ? 0 : known[(known.length - 1) / 2];
    }

    /** Returns how much later than usual whatever comes from a replica may be, for no fault of its own. */
    long excusedNanos(Replica replica) {
        long[] others = replicas.stream()
                .filter(other -> !other.id().equals(replica.id()) && other.counts())
                .filter(other -> !other.health().isHeldUp())
                .flatMap(other -> other.vitals().stream())
                .mapToLong(vitals -> now - vitals.heardAt() - vitals.pace().everyNanos())
                .toArray();
        long silent = Math.min(SILENT_MAX_NANOS, LongStream.of(others).min().orElse(0));
        long late = TIMES * (medianLate(replica) - USUAL_LATE_NANOS);
        return Math.clamp(Math.max(silent, late), 0, EXCUSE_MAX_NANOS);
    }

    private long medianLate(Replica replica) {
        long[] late = LongStream.concat(
                        LongStream.of(looks.lateNanos()),
                        replicas.stream()
                                .filter(other -> !other.id().equals(replica.id()))
                                .flatMap(other -> other.vitals().stream())
                                .mapToLong(vitals -> vitals.pace().lateNanos()))
                .sorted()
                .toArray();
        return late[(late.length - 1) / 2];
    }

    /** Returns what its signs of life say, if that is bad. */
    Optional<Finding> finding(Replica replica) {
        return replica.vitals()
                .flatMap(vitals ->
                        vitals.finding(replica.load().inFlight(), typicalNanos, () -> excusedNanos(replica), now));
    }

    /** Returns whether a golden inference takes so long that something holds it up. */
    boolean isProbeLate(Replica replica) {
        Upkeep upkeep = replica.upkeep();
        long allowed = Math.max(options.goldenMax().toNanos(), (long) (Vitals.TIMES_STUCK * typicalNanos));
        return upkeep.isProbing()
                && now - upkeep.probedAt() > allowed
                && now - upkeep.probedAt() > allowed + excusedNanos(replica);
    }

    /** Returns whether it should have been ready long ago. */
    boolean isNeverReady(Replica replica) {
        return replica.health() instanceof Health.Starting
                && now - replica.upkeep().startedAt() > options.startMax().toNanos();
    }

    /**
     * Returns whether a replica that is out is given up. One that is held up is waited for from its last sign of life on;
     * longer when nobody else can answer, since all at once may be the machine's doing.
     *
     * @param others whether another can answer
     */
    boolean isBeyondWaiting(Replica replica, Health.Ejected ejected, boolean others) {
        if (ejected.why().grade() == Grade.WRONG || replica.upkeep().killedAt() >= 0) {
            return true;
        }
        boolean isHeldUp = ejected.why().grade() == Grade.HELD_UP;
        long excused = isHeldUp ? excusedNanos(replica) : 0;
        if (others && excused == 0 && ejected.times() >= options.timesMax()) {
            return true;
        }
        long max = (others ? 1 : HELD_UP_ALONE) * options.heldUpMax().toNanos() + excused;
        long since = ejected.since();
        long sign = isHeldUp ? Math.max(since, lastSign(replica, ejected.why())) : Long.MAX_VALUE;
        return now - sign >= max || now - since >= WORSE_TIMES * max;
    }

    private long lastSign(Replica replica, Finding why) {
        return replica.vitals()
                .map(vitals -> why instanceof Finding.Silent ? vitals.heardAt() : vitals.movedAt())
                .orElse(0L);
    }
}
