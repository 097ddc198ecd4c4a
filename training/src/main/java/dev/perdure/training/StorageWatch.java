package dev.perdure.training;

import dev.perdure.reliability.Evidence;
import dev.perdure.reliability.Observed;
import dev.perdure.reliability.OutlierWatch;
import dev.perdure.reliability.Verdict;
import java.util.Optional;

/**
 * Notices storage that is slower than it was, or fails, in what is said of saves. Its false alarms are those of
 * {@link OutlierWatch}. Owned by whoever hears of saves, one at a time.
 */
final class StorageWatch {
    private OutlierWatch seconds = OutlierWatch.of(OutlierWatch.Options.storage());
    private boolean slow;

    /**
     * Something that may be a fault.
     *
     * @param kind in one word
     */
    record Notice(String kind, String evidence) {}

    /** Takes in what was said; an alarm is raised once until storage is as it was. */
    synchronized Optional<Notice> hear(TrainingEvent event) {
        return switch (event) {
            case TrainingEvent.Saved saved -> saved(saved);
            case TrainingEvent.SaveFailed failed ->
                Optional.of(new Notice(
                        "save-failed",
                        "the checkpoint of step %d: %s (%s)"
                                .formatted(
                                        failed.step(),
                                        failed.problem(),
                                        failed.retrying() ? "it is tried again" : "given up; the next may succeed")));
            case TrainingEvent.Started _,
                    TrainingEvent.Restored _,
                    TrainingEvent.StepApplied _,
                    TrainingEvent.EpochEnded _,
                    TrainingEvent.Warned _,
                    TrainingEvent.Finished _,
                    TrainingEvent.Failed _ -> Optional.empty();
        };
    }

    private Optional<Notice> saved(TrainingEvent.Saved saved) {
        Observed<OutlierWatch> next = seconds.after(Math.max(0, saved.durableMillis()) / 1e3);
        seconds = next.state();
        boolean was = slow;
        slow = next.verdict().isAlarm();
        return !was && next.verdict() instanceof Verdict.Alarm(Evidence evidence)
                ? Optional.of(new Notice(
                        "storage-slow", "the checkpoint of step %d: %s".formatted(saved.step(), evidence.words())))
                : Optional.empty();
    }
}
