package dev.perdure.chaos;

import dev.perdure.training.Phase;
import java.time.Duration;
import java.util.Locale;

/** Everything that can be done to a training on purpose, each on this page. {@link Kinds} says what each really does. */
public sealed interface Fault {

    /** Its name in plans and reports, such as {@code kill-at-phase}. */
    default String kind() {
        return getClass().getSimpleName().replaceAll("([a-z])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
    }

    /** Done to worker processes from outside. */
    sealed interface OfWorkers extends Fault {}

    record Kill() implements OfWorkers {}

    record Pause(Duration length) implements OfWorkers {}

    record Stop() implements OfWorkers {}

    /** @param share of the time in which it may run, in (0, 1) */
    record SlowCpu(Duration length, double share) implements OfWorkers {}

    /** Done to what all workers share, from outside. */
    sealed interface OfRun extends Fault {}

    record KillSupervisor() implements OfRun {}

    record PauseSupervisor(Duration length) implements OfRun {}

    record LockRegistry(Duration length) implements OfRun {}

    /** @param jump forward, or back when negative */
    record ClockJump(Duration jump, Duration length) implements OfRun {}

    record CorruptCheckpoint() implements OfRun {}

    /** Happens in a worker process, by its own hand. */
    sealed interface Inside extends Fault {}

    record KillAtPhase(Phase phase) implements Inside {}

    record KillWhileJoining() implements Inside {}

    record KillWhileCopying() implements Inside {}

    record KillWhileSaving() implements Inside {}

    record Exit(int code) implements Inside {}

    record OutOfMemory() implements Inside {}

    record NativeCrash() implements Inside {}

    record Abort() implements Inside {}

    record Hang(Phase phase) implements Inside {}

    record SlowNetwork(Duration length, Duration delay) implements Inside {}

    record CutNetwork(Duration length) implements Inside {}

    /** @param writes how many fail */
    record FullDisk(int writes) implements Inside {}

    /** @param writes how many fail */
    record ReadOnlyDisk(int writes) implements Inside {}

    record SlowDisk(int writes, Duration delay) implements Inside {}

    record NanInBatch() implements Inside {}

    record FlipBitInWeights() implements Inside {}

    record FlipBitInGradient() implements Inside {}

    /** Done to the data before anything trains on them. */
    sealed interface OfData extends Fault {}

    record CorruptRecord() implements OfData {}

    record NanRecord() implements OfData {}
}
