package dev.perdure.supervision;

import dev.perdure.reliability.Evidence;
import dev.perdure.reliability.EvidenceKind;
import dev.perdure.reliability.HeartbeatWatch;
import dev.perdure.reliability.ProgressWatch;
import dev.perdure.reliability.Verdict;
import java.time.Duration;
import java.util.Optional;

/**
 * What one worker's signs of life say of it: a value that turns into the next with every sign, made of
 * {@link HeartbeatWatch} for its silence and {@link ProgressWatch} for its standstill. The clock is the supervisor's own,
 * which stands still while the supervisor itself does.
 *
 * <p>False alarms: those of the two detectors, which say them; and a worker that is healthy but silent for
 * {@code silenceMax} is given up whatever its heartbeats were like before, so that a stopped one is out in time.
 *
 * <p>Of some kilobytes, however long the worker lives.
 *
 * @param heartbeats once it was heard: how its heartbeats come
 * @param heardAt when it last said anything
 * @param watch how long it stays where it is
 * @param progress where it is
 */
public record Suspicion(
        Bounds bounds, Optional<HeartbeatWatch> heartbeats, long heardAt, ProgressWatch watch, Progress progress) {
    private static final Progress NOTHING = new Progress(0, Progress.Phase.IDLE, -1);

    /**
     * The detectors' settings.
     *
     * @param silenceMax every longer silence is suspicious
     */
    public record Bounds(HeartbeatWatch.Options heartbeats, Duration silenceMax, ProgressWatch.Options progress) {

        /**
         * A stopped process is out within two seconds, found at the next tick and regrouped. A machine with more to do than
         * cores may hold a healthy one up for nearly one. A phase is judged by how long it used to take once it was seen two
         * dozen times, and never within five seconds.
         */
        public static Bounds standard() {
            return of(Duration.ofMillis(900), Duration.ofMillis(1_700), Duration.ofSeconds(5), Duration.ofSeconds(60));
        }

        /**
         * Returns settings for workers that show themselves every fifth of a second.
         *
         * @param pause a silence of this length, on top of what is usual, is healthy
         * @param silenceMax every longer silence is suspicious
         * @param slack no standstill is suspicious before what is usual and this have passed
         * @param first how long a phase may last that has hardly been seen yet
         */
        public static Bounds of(Duration pause, Duration silenceMax, Duration slack, Duration first) {
            return new Bounds(
                    new HeartbeatWatch.Options(200_000_000, 20_000_000, pause.toNanos(), 8, 200),
                    silenceMax,
                    new ProgressWatch.Options(1e-6, 24, 64, slack.toNanos(), first.toNanos()));
        }
    }

    /** Returns what is thought of a worker that nothing is known of; its silence is judged only once it was heard. */
    public static Suspicion within(Bounds bounds) {
        return new Suspicion(
                bounds,
                Optional.empty(),
                0,
                ProgressWatch.of(bounds.progress(), NOTHING.phase().asPhase(), 0),
                NOTHING);
    }

    /** Returns what is thought after any word from the worker. */
    public Suspicion heard(long nowNanos) {
        HeartbeatWatch expected = heartbeats.orElseGet(() -> HeartbeatWatch.of(bounds.heartbeats(), nowNanos));
        return new Suspicion(bounds, Optional.of(expected), nowNanos, watch, progress);
    }

    /** Returns what is thought after a heartbeat. Follows {@link #heard}. */
    public Suspicion beat(long nowNanos) {
        return new Suspicion(bounds, heartbeats.map(known -> known.heartbeat(nowNanos)), heardAt, watch, progress);
    }

    /** Returns what is thought once its progress, in the generation that runs, is known. */
    public Suspicion progressed(Progress next, long nowNanos) {
        return next.equals(progress)
                ? this
                : new Suspicion(
                        bounds, heartbeats, heardAt, watch.entered(next.phase().asPhase(), nowNanos), next);
    }

    /** Returns what is thought when a generation begins: its progress is judged from here, by what is known of earlier ones. */
    public Suspicion begins(long nowNanos) {
        return new Suspicion(
                bounds,
                heartbeats,
                heardAt,
                new ProgressWatch(
                        watch.options(), watch.history(), NOTHING.phase().asPhase(), nowNanos),
                NOTHING);
    }

    /** Returns the evidence if the worker must be taken for dead. */
    public Optional<Evidence> silent(long nowNanos) {
        long silence = nowNanos - heardAt;
        if (heartbeats.isEmpty() || silence <= bounds.heartbeats().pauseNanos()) { // cheap: nearly every look ends here
            return Optional.empty();
        }
        Optional<Evidence> missed = alarm(heartbeats.get().check(nowNanos));
        long max = bounds.silenceMax().toNanos();
        return missed.isPresent() || silence <= max
                ? missed
                : Optional.of(new Evidence(
                        EvidenceKind.HEARTBEAT_MISSED,
                        silence,
                        max,
                        "nothing was heard from it for %d ms (expected: something within %d ms)"
                                .formatted(silence / 1_000_000, max / 1_000_000)));
    }

    /** Returns the evidence if the worker, though alive, has stood at the same progress for too long. */
    public Optional<Evidence> stuck(long nowNanos) {
        long stayed = nowNanos - watch.sinceNanos();
        long never = Math.min(
                watch.options().slackNanos(), watch.options().firstNanos()); // cheap: nearly every look ends here
        return stayed <= never || nowNanos <= watch.deadlineNanos() ? Optional.empty() : alarm(watch.check(nowNanos));
    }

    private static Optional<Evidence> alarm(Verdict verdict) {
        return verdict instanceof Verdict.Alarm(Evidence evidence) ? Optional.of(evidence) : Optional.empty();
    }
}
