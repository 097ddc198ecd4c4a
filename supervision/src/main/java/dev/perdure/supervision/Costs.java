package dev.perdure.supervision;

import dev.perdure.reliability.MeasuredCost;
import dev.perdure.reliability.Strategy;
import java.time.Duration;
import java.util.Optional;

/** What things take in this run, as measured by its supervisor; before that, as long as in earlier runs, or as assumed. */
final class Costs {
    private static final long STEPS_MEASURED_FOR = 500_000_000;
    /** For how long the lack of a worker is thought to be felt, when nobody knows how much is left to do. */
    private static final double AHEAD_SECONDS = 600;

    private final long positionMax;
    private MeasuredCost step = MeasuredCost.assume(0.1);
    private MeasuredCost regroup = MeasuredCost.assume(0.5);
    private MeasuredCost restore = MeasuredCost.assume(2);
    private MeasuredCost restart;

    private Optional<Mark> stepping = Optional.empty();
    private Optional<Mark> standing = Optional.empty();
    private long saved;
    private long best;

    private record Mark(long position, long at) {}

    Costs(Run run) {
        positionMax = run.positionMax();
        restart = MeasuredCost.assume(run.precedents().seconds().getOrDefault(new Strategy.RestartWorker().key(), 5.0));
    }

    /** The group stands still from here on. */
    void stands(long now) {
        standing = standing.or(() -> Optional.of(new Mark(best, now)));
        stepping = Optional.empty();
    }

    /** A position was applied; the higher ones count. */
    void applied(long position, long now, boolean restored) {
        if (standing.isPresent()) {
            double seconds = (now - standing.get().at()) / 1e9;
            if (restored) {
                restore = restore.after(seconds);
            } else {
                regroup = regroup.after(seconds);
            }
            standing = Optional.empty();
        }
        best = Math.max(best, position);
        if (stepping.isEmpty()) {
            stepping = Optional.of(new Mark(position, now));
        } else if (now - stepping.get().at() >= STEPS_MEASURED_FOR
                && position > stepping.get().position() + 1) {
            Mark since = stepping.get();
            step = step.after((now - since.at()) / 1e9 * 2 / (position - since.position()));
            stepping = Optional.of(new Mark(position, now));
        }
    }

    /** A worker was ready this long after its launch. */
    void started(Duration took) {
        restart = restart.after(took.toNanos() / 1e9);
    }

    void saved(long position) {
        saved = Math.max(saved, position);
    }

    /** Returns the highest step applied. */
    long bestStep() {
        return best / 2;
    }

    long savedStep() {
        return saved / 2;
    }

    double regroupSeconds() {
        return regroup.seconds();
    }

    double restartSeconds() {
        return restart.seconds();
    }

    /** Returns what it takes to have the newest checkpoint back and to be where the run is now. */
    double goBackSeconds() {
        return restore.seconds() + Math.max(0, best - saved) / 2.0 * step.seconds();
    }

    /** Returns what it takes to do all steps again. */
    double replaySeconds() {
        return bestStep() * step.seconds();
    }

    /** Returns how much longer the rest takes without a share of those who compute. */
    double slowerSeconds(double share) {
        return aheadSeconds() * share / Math.max(0.01, 1 - share);
    }

    /** Returns how much of the rest is spent on waiting for one that takes so many times as long as the others. */
    double waitingSeconds(double times) {
        return aheadSeconds() * Math.max(0, 1 - 1 / times);
    }

    private double aheadSeconds() {
        double left = Math.max(0, positionMax - best) / 2.0 * step.seconds(); // endless when nobody knows the end
        return Math.min(AHEAD_SECONDS, left);
    }
}
