package dev.perdure.supervision;

import dev.perdure.reliability.ErrorLogWatch;
import dev.perdure.reliability.Evidence;
import dev.perdure.reliability.Observed;
import dev.perdure.reliability.PeerWatch;
import dev.perdure.reliability.SequentialRateTest;
import dev.perdure.reliability.Verdict;
import java.util.HashMap;
import java.util.Optional;

/** Compares workers with each other and with what is healthy, by what they count about themselves. */
final class Peers {
    private static final long ROUND_NANOS = 500_000_000;
    private static final long ERRORS_APART_NANOS = 1_000_000_000;
    private static final double ERRORS_HEALTHY = 1 / 60.0;
    private static final double ERRORS_FAULTY = 1 / 4.0;
    private static final double ERRORS_ALPHA = 1e-6;

    /**
     * Three windows of eight rounds. Processes that share a host's cores differ by more than hosts do, so what is natural is
     * taken to be a sixth.
     */
    private static final PeerWatch.Options PACE = new PeerWatch.Options(1e-3, 8, 3, 0.16, 10);

    private final Desk desk;
    private final Grouping group;
    private PeerWatch watch = PeerWatch.of(PACE);
    private long generation;
    private long roundAt;

    Peers(Desk desk, Grouping group) {
        this.desk = desk;
        this.group = group;
    }

    /** Returns the test for one worker's log, which nothing was heard from yet. */
    static ErrorLogWatch errors(long now) {
        return new ErrorLogWatch(SequentialRateTest.of(ERRORS_HEALTHY, ERRORS_FAULTY, ERRORS_ALPHA, ERRORS_ALPHA), now);
    }

    /** Takes in what a heartbeat said. Lines that are logged within a second are one error. */
    void counted(Life life, Vitals vitals) {
        boolean logged = vitals.errors() > life.vitals.errors();
        life.vitals = vitals;
        desk.costs.saved(vitals.saved());
        if (!logged || desk.clock - life.erredAt < ERRORS_APART_NANOS) {
            return;
        }
        life.erredAt = desk.clock;
        Observed<ErrorLogWatch> seen = life.errors.after(0, desk.clock).state().after(1, desk.clock);
        life.errors = seen.state();
        if (seen.verdict() instanceof Verdict.Alarm(Evidence evidence)) {
            desk.noticed(
                    life,
                    "error-logs",
                    "%s (%d warnings and errors since it began)".formatted(evidence.words(), vitals.errors()));
        }
    }

    /** Ends a round when every member that computes has done so since the last. */
    void look(Generation running) {
        if (running.number() != generation) {
            generation = running.number();
            watch = PeerWatch.of(PACE);
            begin(running);
        }
        if (desk.clock - roundAt < ROUND_NANOS) {
            return;
        }
        var seconds = new HashMap<String, Double>();
        for (Share share : running.shares()) {
            if (!share.isSpare()) {
                Optional<Double> pace = desk.roster.find(share.worker()).flatMap(Peers::pace);
                if (pace.isEmpty()) {
                    return;
                }
                seconds.put(share.worker().name(), pace.get());
            }
        }
        begin(running);
        PeerWatch.Judged judged = watch.after(seconds);
        watch = judged.state();
        judged.verdicts().forEach((worker, verdict) -> judge(new WorkerId(worker), verdict));
    }

    private void begin(Generation running) {
        roundAt = desk.clock;
        for (Share share : running.shares()) {
            desk.roster.find(share.worker()).ifPresent(life -> life.round = life.vitals);
        }
    }

    /** Returns the seconds that a microbatch took in this round, once there was one. */
    private static Optional<Double> pace(Life life) {
        long microbatches = life.vitals.microbatches() - life.round.microbatches();
        long nanos = life.vitals.computingNanos() - life.round.computingNanos();
        return microbatches <= 0 || nanos <= 0 ? Optional.empty() : Optional.of(nanos / 1e9 / microbatches);
    }

    /** It stays or goes, as is cheaper. */
    private void slow(Life life, Evidence evidence) {
        if (desk.casualties.slow(life, evidence, Math.exp(evidence.statistic()), generation)) {
            group.fail(life, new Failure.Slow(evidence.words()), 0);
        }
    }

    private void judge(WorkerId worker, Verdict verdict) {
        Optional<Life> life = desk.roster.find(worker).filter(Life::isJoined);
        if (life.isEmpty()) {
            return;
        }
        switch (verdict) {
            case Verdict.Alarm(Evidence evidence) -> {
                if (!life.get().isSlow) {
                    life.get().isSlow = true;
                    slow(life.get(), evidence);
                }
            }
            case Verdict.Healthy _ -> {
                desk.trials.helped(Casualties.paceOf(life.get().slot));
                life.get().isSlow = false;
            }
            case Verdict.Learning _ -> {}
        }
    }
}
