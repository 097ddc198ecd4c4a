package dev.perdure.training;

import dev.perdure.reliability.Evidence;
import dev.perdure.reliability.EvidenceKind;
import dev.perdure.reliability.LossWatch;
import dev.perdure.reliability.Observed;
import dev.perdure.reliability.Verdict;
import java.util.Optional;

/**
 * Notices losses that jump, and losses that stay far above what they were, in what is said of steps. Nothing follows from
 * it: it may be the data, or the rate. Its false alarms are those of {@link LossWatch}. Owned by the stepping thread.
 */
final class LossNotices {
    private LossWatch losses = LossWatch.usual();
    private Optional<String> told = Optional.empty();

    /** Takes in a step; of losses that stay high each kind is noticed once, until they are as they were. */
    Optional<StorageWatch.Notice> hear(TrainingEvent.StepApplied applied) {
        Observed<LossWatch> next = losses.after(applied.loss(), applied.gradientNorm());
        losses = next.state();
        if (!(next.verdict() instanceof Verdict.Alarm(Evidence evidence))) {
            told = Optional.empty();
            return Optional.empty();
        }
        Optional<String> kind = Optional.of(kind(evidence.kind()));
        boolean isNew = !kind.equals(told);
        told = kind;
        return isNew
                ? Optional.of(
                        new StorageWatch.Notice(kind.get(), "step %d: %s".formatted(applied.step(), evidence.words())))
                : Optional.empty();
    }

    private static String kind(EvidenceKind kind) {
        return kind == EvidenceKind.LOSS_DIVERGING ? "loss-diverging" : "loss-spike";
    }
}
