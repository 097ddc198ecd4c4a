package dev.perdure.supervision;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What follows when numbers are wrong. A wrong member's gradients are in everybody's sums from the first step on that was
 * computed from them: so it is not enough to be rid of it, and everyone goes back to where all was right.
 */
final class Numbers {
    private final Desk desk;
    private final Grouping group;
    private final Casualties casualties;
    private final Trust trust;
    private final Divergences divergences;
    private int rollbacks;

    Numbers(Desk desk, Grouping group, Casualties casualties, Facts facts) {
        this.desk = desk;
        this.group = group;
        this.casualties = casualties;
        trust = new Trust(desk, facts.trusted());
        divergences = new Divergences(
                desk.run.onDivergence(),
                desk.run.budgets().rollbacksMax(),
                facts.generation().map(Generation::adjustments).orElse(List.of()));
    }

    Trust trust() {
        return trust;
    }

    List<Adjustment> adjustments() {
        return divergences.adjustments();
    }

    /** Members say that they stand at the same position, with these digests. */
    void said(Life life, long position, String digest) {
        switch (trust.said(life.id, position, digest)) {
            case Witnesses.Verdict.Waiting _ -> {}
            case Witnesses.Verdict.Agreed _ when position == Long.MAX_VALUE -> group.end(new Outcome.Completed(digest));
            case Witnesses.Verdict.Agreed agreed -> trust.agreed(position, agreed.digest());
            case Witnesses.Verdict.Culprits culprits -> {
                var failures = new LinkedHashMap<WorkerId, Failure>();
                culprits.workers().forEach(worker -> failures.put(worker, new Failure.Differs(culprits.evidence())));
                rollBack(trust.trusted().agreed(), failures, culprits.evidence());
            }
            case Witnesses.Verdict.Undecided undecided ->
                undecided("states-differ", trust.trusted().agreed(), undecided.evidence());
        }
    }

    /** Gradients came out different when they were computed again. */
    void miscomputed(FromWorker.Miscomputed said) {
        long checked = trust.trusted().checked();
        if (said.culprits().isEmpty()) {
            undecided("gradients-differ", checked, said.evidence());
        } else {
            var failures = new LinkedHashMap<WorkerId, Failure>();
            said.culprits().forEach(worker -> failures.put(worker, new Failure.Miscomputed(said.evidence())));
            rollBack(checked, failures, said.evidence());
        }
    }

    /** A step gave no finite numbers, also when its workers redid it. */
    void notFinite(Life life, FromWorker.NotFinite said, long begun) {
        long step = said.position() / 2 + 1;
        String evidence = "step %d: %s".formatted(step, said.evidence());
        Divergences.Remedy remedy = divergences.after(step, begun);
        switch (remedy) {
            case Divergences.Remedy.RollBack _ -> {
                note(evidence, "everyone goes back to the newest intact checkpoint that is trusted", remedy);
                doubt(trust.trusted().agreed(), Map.of(), evidence);
            }
            case Divergences.Remedy.Skip _ -> {
                note(evidence, adjusted(), remedy);
                group.regroup("the batch of step %d is skipped: %s".formatted(step, evidence));
            }
            case Divergences.Remedy.RollBackTo back -> {
                note(evidence, adjusted(), remedy);
                doubt(back.position(), Map.of(), evidence);
            }
            case Divergences.Remedy.Stop stop ->
                group.end(new Outcome.Diverged(
                        "%s (expected: finite numbers). It came to the same when it was redone, and from a checkpoint: %s."
                                .formatted(evidence, stop.advice())));
        }
        desk.say("%s says that a step gave no finite numbers: %s".formatted(life.id, evidence));
    }

    private String adjusted() {
        return "the recipe is adjusted: " + divergences.adjustments().getLast();
    }

    private void note(String evidence, String action, Divergences.Remedy remedy) {
        casualties.notFinite(evidence, group.latestNumber(), action, remedy);
    }

    private void undecided(String kind, long notAfter, String evidence) {
        rollbacks++;
        if (rollbacks > desk.run.budgets().rollbacksMax()) {
            group.end(new Outcome.Spent(
                    "numbers differed again after %d returns to a checkpoint: %s".formatted(rollbacks - 1, evidence)));
            return;
        }
        casualties.differ(kind, evidence, group.latestNumber());
        doubt(notAfter, Map.of(), evidence);
    }

    private void rollBack(long notAfter, Map<WorkerId, Failure> culprits, String evidence) {
        casualties.wrong(evidence, group.latestNumber(), "everyone goes back to " + describe(notAfter));
        doubt(notAfter, culprits, evidence);
    }

    private static String describe(long notAfter) {
        return notAfter < 0
                ? "the beginning, since nothing was compared yet"
                : "where all was right, which is not after step %d".formatted(notAfter / 2);
    }

    private void doubt(long notAfter, Map<WorkerId, Failure> culprits, String evidence) {
        trust.doubt(notAfter, culprits);
        group.regroup("numbers are wrong: " + evidence);
    }

    /** This much is durable: now whoever is to blame is fenced. */
    void durable(Trusted written) {
        trust.durable(written)
                .forEach((worker, failure) ->
                        desk.roster.find(worker).ifPresent(culprit -> group.fail(culprit, failure, 0)));
    }
}
