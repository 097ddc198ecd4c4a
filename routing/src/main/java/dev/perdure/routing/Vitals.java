package dev.perdure.routing;

import dev.perdure.reliability.HeartbeatWatch;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A replica's signs of life: a value that turns into the next with every sign, made of {@link HeartbeatWatch} for its
 * silence and of what it has done for its standstill. Both are judged less what the replica is excused for, since its
 * machine may be busy with other things; see {@link Watch}.
 *
 * <p>It stands still when it has requests and none gets done for {@value #TIMES_STUCK} times what one usually takes,
 * within the bounds given: how long a request may take is known only by those that ended.
 *
 * @param heartbeats how its heartbeats come
 * @param pace how late they come
 * @param heardAt when it last said anything
 * @param done how many requests it said that it has done
 * @param waiting how many it said that it has
 * @param movedAt when that last changed, or it had nothing to do
 */
public record Vitals(
        Bounds bounds, HeartbeatWatch heartbeats, Pace pace, long heardAt, long done, int waiting, long movedAt) {
    static final int TIMES_STUCK = 20;
    private static final long LEARNED_MAX_NANOS = 2_000_000_000L;

    /**
     * How long signs may stay away.
     *
     * @param heartbeats how they come when all is well
     * @param silenceMax no shorter silence is a finding; a longer one is, unless heartbeats were so irregular before
     * @param stuckMin no shorter standstill is one
     * @param stuckMax every longer one is
     */
    public record Bounds(HeartbeatWatch.Options heartbeats, Duration silenceMax, Duration stuckMin, Duration stuckMax) {
        public Bounds {
            Checks.positive("silenceMax", silenceMax);
            Checks.positive("stuckMin", stuckMin);
            if (stuckMax.compareTo(stuckMin) < 0) {
                throw new IllegalArgumentException(
                        "stuckMax: %s (expected: >= stuckMin, %s)".formatted(stuckMax, stuckMin));
            }
        }

        /**
         * Returns the usual bounds: a heartbeat every {@link Fleet#BEAT}, silent after 400 ms, stuck after 400 ms to
         * 30 s. On a machine that is not busy, a stopped process is out within half a second.
         */
        public static Bounds usual() {
            return new Bounds(
                    new HeartbeatWatch.Options(Fleet.BEAT.toNanos(), 10_000_000, 250_000_000, 8, 200),
                    Duration.ofMillis(400),
                    Duration.ofMillis(400),
                    Duration.ofSeconds(30));
        }
    }

    /** Returns what is known of a replica that has just shown itself. */
    public static Vitals of(Bounds bounds, long now) {
        Duration every = Duration.ofNanos(bounds.heartbeats().periodNanos());
        return new Vitals(bounds, HeartbeatWatch.of(bounds.heartbeats(), now), Pace.of(every, now), now, 0, 0, now);
    }

    /**
     * Takes a heartbeat.
     *
     * @param doneNow how many requests it has done in its life; a smaller number than before is a late heartbeat
     * @param waitingNow how many it has now
     */
    public Vitals beat(long doneNow, int waitingNow, long now) {
        boolean moved = doneNow > done || waitingNow == 0;
        return new Vitals(
                bounds,
                heartbeats.heartbeat(now),
                pace.after(now),
                now,
                Math.max(done, doneNow),
                waitingNow,
                moved ? now : movedAt);
    }

    /** Takes any other word, such as an answer: it is not silent, and something got done. */
    public Vitals answered(long now) {
        return new Vitals(bounds, heartbeats, pace, Math.max(heardAt, now), done, waiting, now);
    }

    /** Takes that it was sent a request while it had none: until now there was nothing to do, unless it says otherwise. */
    public Vitals busy(long now) {
        return waiting > 0 ? this : new Vitals(bounds, heartbeats, pace, heardAt, done, 0, now);
    }

    /**
     * Returns what the signs say, if that is bad.
     *
     * @param inFlight how many requests it has
     * @param typicalNanos what one usually takes; 0 if unknown
     * @param excusedNanos how much later everything may be for no fault of its own; asked only when it matters
     */
    Optional<Finding> finding(int inFlight, double typicalNanos, LongSupplier excusedNanos, long now) {
        return silent(excusedNanos, now).or(() -> stuck(inFlight, typicalNanos, excusedNanos, now));
    }

    private Optional<Finding> silent(LongSupplier excusedNanos, long now) {
        long silence = now - heardAt;
        if (silence <= bounds.silenceMax().toNanos()) { // cheap: nearly every look ends here
            return Optional.empty();
        }
        long learned = Math.min(LEARNED_MAX_NANOS, heartbeats.deadlineNanos() - heartbeats.lastNanos());
        long allowed = Math.max(bounds.silenceMax().toNanos(), learned) + excusedNanos.getAsLong();
        return silence <= allowed
                ? Optional.empty()
                : Optional.of(new Finding.Silent("nothing was heard from it for %d ms (expected: within %d ms)"
                        .formatted(millis(silence), millis(allowed))));
    }

    private Optional<Finding> stuck(int inFlight, double typicalNanos, LongSupplier excusedNanos, long now) {
        long stood = now - movedAt;
        int has = Math.max(inFlight, waiting);
        if (has == 0 || stood <= bounds.stuckMin().toNanos()) {
            return Optional.empty();
        }
        long times = typicalNanos == 0 ? Long.MAX_VALUE : (long) (TIMES_STUCK * typicalNanos);
        long allowed =
                Math.clamp(times, bounds.stuckMin().toNanos(), bounds.stuckMax().toNanos()) + excusedNanos.getAsLong();
        return stood <= allowed
                ? Optional.empty()
                : Optional.of(new Finding.Stuck("%d requests and none done for %d ms (expected: within %d ms)"
                        .formatted(has, millis(stood), millis(allowed))));
    }

    private static long millis(long nanos) {
        return nanos / 1_000_000;
    }
}
