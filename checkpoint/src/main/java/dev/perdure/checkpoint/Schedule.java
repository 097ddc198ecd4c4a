package dev.perdure.checkpoint;

import dev.perdure.reliability.FailureRate;
import java.time.Duration;

/**
 * When to save: a pure function of how the training has come on since the last save. Call {@link #isDue} after every step.
 */
public sealed interface Schedule {

    /** Whenever the step is a multiple. */
    record EverySteps(long steps) implements Schedule {
        public EverySteps {
            if (steps < 1) {
                throw new IllegalArgumentException("steps: " + steps + " (expected: >= 1)");
            }
        }
    }

    /** At the end of every epoch. */
    record EveryEpoch() implements Schedule {}

    /** When this much time has passed since the last save was begun. */
    record EveryTime(Duration interval) implements Schedule {
        public EveryTime {
            if (interval.isNegative() || interval.isZero()) {
                throw new IllegalArgumentException("interval: " + interval + " (expected: > 0)");
            }
        }
    }

    /** When the interval has passed that loses the least time, by {@link OptimalInterval}. */
    record Auto() implements Schedule {}

    /**
     * How the training has come on.
     *
     * @param step steps applied, counting from 1 after the first
     * @param stepOfLastSave the step of the last save, or of the checkpoint that was restored; 0 before the first
     * @param epochEnded whether this step was the last of its epoch
     * @param sinceLastSave time since the last save was begun, or since the start
     * @param cost what a save costs, as measured so far
     * @param failures how often runs fail
     */
    record Progress(
            long step,
            long stepOfLastSave,
            boolean epochEnded,
            Duration sinceLastSave,
            SaveCost cost,
            FailureRate failures) {}

    /** Returns whether to save now. A step is never saved twice. */
    default boolean isDue(Progress progress) {
        if (progress.step() <= progress.stepOfLastSave()) {
            return false;
        }
        return switch (this) {
            case EverySteps(long steps) -> progress.step() % steps == 0;
            case EveryEpoch() -> progress.epochEnded();
            case EveryTime(Duration interval) -> progress.sinceLastSave().compareTo(interval) >= 0;
            case Auto() ->
                progress.sinceLastSave().compareTo(OptimalInterval.of(progress.cost(), progress.failures())) >= 0;
        };
    }
}
