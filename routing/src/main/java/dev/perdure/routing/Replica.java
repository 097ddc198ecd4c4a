package dev.perdure.routing;

import dev.perdure.reliability.SequentialRateTest;
import java.time.Duration;
import java.util.Optional;

/**
 * Everything known of one replica.
 *
 * @param vitals once it was heard
 * @param isUseful whether it ever answered a request
 * @param failures whether more requests fail there, and succeed elsewhere, than is healthy
 * @param truths whether its answers turn out to be wrong more often than others'
 */
public record Replica(
        ReplicaId id,
        Health health,
        Optional<Vitals> vitals,
        Load load,
        boolean isUseful,
        SequentialRateTest failures,
        TruthPairs truths,
        Upkeep upkeep) {
    private static final int WARM = 50;
    private static final long WARMING_NANOS = 10_000_000L;

    static Replica starting(ReplicaId id, SequentialRateTest failures, long now) {
        return new Replica(
                id,
                new Health.Starting(now),
                Optional.empty(),
                Load.NONE,
                false,
                failures,
                TruthPairs.NONE,
                Upkeep.started(now));
    }

    Replica with(Health next) {
        return new Replica(id, next, vitals, load, isUseful, failures, truths, upkeep);
    }

    Replica with(Vitals next) {
        return new Replica(id, health, Optional.of(next), load, isUseful, failures, truths, upkeep);
    }

    Replica with(Load next) {
        return new Replica(id, health, vitals, next, isUseful, failures, truths, upkeep);
    }

    Replica with(SequentialRateTest next) {
        return new Replica(id, health, vitals, load, isUseful, next, truths, upkeep);
    }

    Replica with(TruthPairs next) {
        return new Replica(id, health, vitals, load, isUseful, failures, next, upkeep);
    }

    Replica with(Upkeep next) {
        return new Replica(id, health, vitals, load, isUseful, failures, truths, next);
    }

    Replica sent(boolean suspect, long now) {
        Replica busy = load.inFlight() == 0
                ? vitals.map(known -> with(known.busy(now))).orElse(this)
                : this;
        return busy.with(load.sent(suspect));
    }

    Replica answered(long latencyNanos, long now) {
        Replica heard = vitals.map(known -> with(known.answered(now))).orElse(this);
        Load more = load.answered(latencyNanos, now);
        return new Replica(id, health, heard.vitals(), more, true, failures, truths, upkeep);
    }

    /** A request was answered elsewhere before here: it would have taken at least so long. */
    Replica overtaken(long latencyNanos, long now) {
        return with(load.answered(latencyNanos, now));
    }

    /** The truth about an answer was reported, of its own or of another replica. */
    Replica reported(boolean isOwn, boolean isRight) {
        return with(isOwn ? truths.ofOwn(isRight) : truths.ofOther(isRight));
    }

    /** Returns how well others can do without it. */
    int dispensability() {
        return switch (health) {
            case Health.Ejected ejected -> ejected.why().grade() == Finding.Grade.HELD_UP ? 5 : 4;
            case Health.Starting _ -> 3;
            case Health.Standby _ -> 2;
            case Health.OnTrial _ -> 1;
            case Health.Serving _, Health.Draining _, Health.Stopped _ -> 0;
        };
    }

    /**
     * Returns the nanoseconds from a golden inference to the next. One that has just begun computes slowly until its code is
     * compiled, and better for golden samples than for requests, while it has none.
     */
    long untilProbe(Duration usually) {
        return upkeep.probes() < WARM && load.inFlight() == 0 ? WARMING_NANOS : usually.toNanos();
    }

    boolean isGone() {
        return health instanceof Health.Stopped;
    }

    /** Returns whether there is, or is about to be, a process that can be of use. */
    boolean counts() {
        return !isGone()
                && !health.isWrong()
                && !health.isEnding()
                && !(health instanceof Health.Draining)
                && upkeep.killedAt() < 0;
    }

    /** Returns whether that is so, and nobody waits for whether it comes back. */
    boolean isReckonedOn() {
        return counts() && !health.isHeldUp();
    }
}
