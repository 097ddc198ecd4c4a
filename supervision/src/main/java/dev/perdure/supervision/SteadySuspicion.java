package dev.perdure.supervision;

import dev.perdure.supervision.Progress.Phase;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Suspects by what is usual for this worker, within fixed bounds.
 *
 * <p>Silence: as in the phi accrual detector (Hayashibara et al., 2004), the pause that is suspicious follows from the
 * mean and the spread of the pauses seen, here exponentially weighted; it lies between {@code silenceMin} and
 * {@code silenceMax}. Progress: a phase may last {@code multiple} times the upper quartile of the last
 * {@value #KEPT} times it was seen, and never less than {@code stuckMin}; {@code stuckFirst} while it was seen fewer than
 * {@value #ENOUGH} times.
 */
public final class SteadySuspicion implements Suspicion {
    private static final int KEPT = 16;
    private static final int ENOUGH = 4;
    private static final double SPREADS = 12;
    private static final double WEIGHT = 1 / 16.0;

    /**
     * The bounds.
     *
     * @param silenceMin no shorter pause is suspicious
     * @param silenceMax every longer pause is
     * @param stuckMin no shorter standstill is suspicious
     * @param stuckFirst how long a phase may last that has hardly been seen yet
     * @param multiple how many times as long as usual a phase may last
     */
    public record Bounds(
            Duration silenceMin, Duration silenceMax, Duration stuckMin, Duration stuckFirst, double multiple) {

        /** A stopped process is out within two seconds, found at the next tick and regrouped. */
        public static Bounds standard() {
            return new Bounds(
                    Duration.ofMillis(1_000),
                    Duration.ofMillis(1_700),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(60),
                    10);
        }
    }

    private final Bounds bounds;
    private final long heardAt;
    private final double pause;
    private final double spread;
    private final Progress progress;
    private final long since;
    private final Map<Phase, Lengths> seen;

    /** The last lengths of one phase, in nanoseconds; the oldest is overwritten. */
    private record Lengths(long[] kept, long count) {
        static final Lengths NONE = new Lengths(new long[0], 0);

        Lengths with(long nanos) {
            long[] next = Arrays.copyOf(kept, (int) Math.min(count + 1, KEPT));
            next[(int) (count % KEPT)] = nanos;
            return new Lengths(next, count + 1);
        }

        long upperQuartile() {
            long[] sorted = kept.clone();
            Arrays.sort(sorted);
            return sorted[sorted.length * 3 / 4];
        }
    }

    private SteadySuspicion(
            Bounds bounds,
            long heardAt,
            double pause,
            double spread,
            Progress progress,
            long since,
            Map<Phase, Lengths> seen) {
        this.bounds = bounds;
        this.heardAt = heardAt;
        this.pause = pause;
        this.spread = spread;
        this.progress = progress;
        this.since = since;
        this.seen = seen;
    }

    /** Returns what is thought of a worker that nothing is known of; judged only once it was heard. */
    public static Suspicion within(Bounds bounds) {
        return new SteadySuspicion(bounds, -1, 0, 0, new Progress(0, Phase.IDLE, -1), 0, Map.of());
    }

    @Override
    public Suspicion heard(long nowNanos) {
        if (heardAt < 0) {
            return new SteadySuspicion(bounds, nowNanos, pause, spread, progress, since, seen);
        }
        double seenPause = Math.min(nowNanos - heardAt, bounds.silenceMax.toNanos());
        double nextPause = pause + WEIGHT * (seenPause - pause);
        double nextSpread = spread + WEIGHT * (Math.abs(seenPause - nextPause) - spread);
        return new SteadySuspicion(bounds, nowNanos, nextPause, nextSpread, progress, since, seen);
    }

    @Override
    public Suspicion progressed(Progress next, long nowNanos) {
        if (next.equals(progress)) {
            return this;
        }
        var lengths = new EnumMap<Phase, Lengths>(Phase.class);
        lengths.putAll(seen);
        lengths.put(progress.phase(), lengthsOf(progress.phase()).with(nowNanos - since));
        return new SteadySuspicion(bounds, heardAt, pause, spread, next, nowNanos, lengths);
    }

    @Override
    public Suspicion begins(long nowNanos) {
        return new SteadySuspicion(bounds, heardAt, pause, spread, new Progress(0, Phase.IDLE, -1), nowNanos, seen);
    }

    @Override
    public Optional<String> silent(long nowNanos) {
        if (heardAt < 0) {
            return Optional.empty();
        }
        long silence = nowNanos - heardAt;
        long usual = Math.round(pause + SPREADS * spread);
        long bound = Math.clamp(usual, bounds.silenceMin.toNanos(), bounds.silenceMax.toNanos());
        return silence <= bound
                ? Optional.empty()
                : Optional.of("nothing was heard from it for %d ms (usual: every %d ms; expected: within %d ms)"
                        .formatted(millis(silence), millis(Math.round(pause)), millis(bound)));
    }

    @Override
    public Optional<String> stuck(long nowNanos) {
        Lengths lengths = lengthsOf(progress.phase());
        long bound = lengths.count < ENOUGH
                ? bounds.stuckFirst.toNanos()
                : Math.max(bounds.stuckMin.toNanos(), Math.round(bounds.multiple * (double) lengths.upperQuartile()));
        return nowNanos - since <= bound
                ? Optional.empty()
                : Optional.of("it is alive, but in %s at position %d for %d ms (expected: at most %d ms)"
                        .formatted(progress.phase(), progress.position(), millis(nowNanos - since), millis(bound)));
    }

    private Lengths lengthsOf(Phase phase) {
        return seen.getOrDefault(phase, Lengths.NONE);
    }

    private static long millis(long nanos) {
        return nanos / 1_000_000;
    }
}
