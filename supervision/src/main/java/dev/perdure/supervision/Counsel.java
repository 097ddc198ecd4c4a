package dev.perdure.supervision;

import dev.perdure.reliability.Decision;
import dev.perdure.reliability.Diagnosis;
import dev.perdure.reliability.Evidence;
import dev.perdure.reliability.EvidenceKind;
import dev.perdure.reliability.Fleet;
import dev.perdure.reliability.Likelihoods;
import dev.perdure.reliability.RecoveryBudget;
import dev.perdure.reliability.RecoveryBudget.Attempt;
import dev.perdure.reliability.RecoveryPlanner;
import dev.perdure.reliability.RecoveryPlanner.Option;
import dev.perdure.reliability.RecoveryPlanner.Situation;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides what to do about what was seen: from the evidence to what is believed to be wrong, and from there to the recovery
 * that costs least for its chance, among those that exist where it is asked.
 */
final class Counsel {
    /** A run that has stopped waits for a person: a night. */
    private static final double STOP_SECONDS = Duration.ofHours(8).toSeconds();

    private static final Likelihoods LIKELIHOODS = Likelihoods.standard();

    private final Run run;
    private final Staffing staffing;
    private final Costs costs;

    /**
     * What there is to decide.
     *
     * @param evidence all that was seen
     * @param absent what would have been told, and was not
     * @param target what it concerns, in the words in which its attempts are remembered
     * @param host where that is; empty when it is nowhere, or nobody knows
     * @param options what could be done, those that are refused here included
     * @param attempts what was tried for this target before
     * @param budget how often to try
     */
    record Question(
            List<Evidence> evidence,
            Set<EvidenceKind> absent,
            String target,
            Optional<String> host,
            List<Option> options,
            List<Attempt> attempts,
            RecoveryBudget budget) {}

    Counsel(Run run, Staffing staffing, Costs costs) {
        this.run = run;
        this.staffing = staffing;
        this.costs = costs;
    }

    Decision decide(Question question) {
        Fleet fleet = fleet();
        Diagnosis diagnosis = Diagnosis.priorFrom(run.precedents().causes());
        for (Evidence seen : question.evidence()) {
            diagnosis = diagnosis.after(seen, LIKELIHOODS);
        }
        for (EvidenceKind unseen : question.absent()) {
            diagnosis = diagnosis.afterAbsence(unseen, LIKELIHOODS);
        }
        if (question.host().isPresent()) {
            Optional<Evidence> lemon = fleet.evidence(question.host().get());
            diagnosis = lemon.isPresent() ? diagnosis.after(lemon.get(), LIKELIHOODS) : diagnosis;
        }
        var situation = new Situation(
                0,
                question.target(),
                question.host().orElse(""),
                diagnosis,
                question.options(),
                question.attempts(),
                costs.bestStep(),
                STOP_SECONDS);
        return new RecoveryPlanner(run.precedents().rates(), question.budget(), fleet).decide(situation);
    }

    /** Returns what is known of hosts. With one host there is nothing to compare it with, and nowhere else to go. */
    private Fleet fleet() {
        return run.hosts().size() > 1 ? staffing.fleet(run.precedents().fleet()) : Fleet.empty();
    }

    /**
     * Returns what is not seen of a worker, or a group, that does not answer though nobody has ended. Within one host a
     * connection that is cut is told at once; between hosts it may take minutes, so its absence says nothing.
     */
    Set<EvidenceKind> absentWhenThere() {
        return run.hosts().size() > 1
                ? EnumSet.of(EvidenceKind.PROCESS_EXITED)
                : EnumSet.of(EvidenceKind.PROCESS_EXITED, EvidenceKind.CONNECTION_LOST);
    }

    /** Returns the hosts to launch on, the best first: all of them when all are lemons. */
    List<String> hosts() {
        List<String> good = fleet().choose(run.hosts());
        return good.isEmpty() ? run.hosts() : good;
    }

    /** Returns what a kind that a worker noticed is evidence of; nothing when it is not known here. */
    static List<Evidence> evidence(String kind, String words) {
        Optional<EvidenceKind> known = switch (kind) {
            case "non-finite" -> Optional.of(EvidenceKind.NOT_FINITE);
            case "loss-spike" -> Optional.of(EvidenceKind.LOSS_SPIKE);
            case "loss-diverging" -> Optional.of(EvidenceKind.LOSS_DIVERGING);
            case "save-failed" -> Optional.of(EvidenceKind.STORAGE_ERROR);
            case "storage-slow" -> Optional.of(EvidenceKind.STORAGE_SLOW);
            case "bad-record" -> Optional.of(EvidenceKind.RECORD_INVALID);
            case "out-of-memory" -> Optional.of(EvidenceKind.OUT_OF_MEMORY);
            case "error-logs" -> Optional.of(EvidenceKind.ERROR_LOGS);
            case "states-differ", "state-differs", "numbers-wrong" -> Optional.of(EvidenceKind.DIGEST_DIFFERS);
            case "gradients-differ", "gradient-differs" -> Optional.of(EvidenceKind.MICROBATCH_DIFFERS);
            case "group-broken" -> Optional.of(EvidenceKind.CONNECTION_LOST);
            case "group-stuck" -> Optional.of(EvidenceKind.STUCK_COLLECTIVE);
            default -> Optional.empty();
        };
        return known.map(shown -> new Evidence(shown, 1, 1, words)).stream().toList();
    }
}
