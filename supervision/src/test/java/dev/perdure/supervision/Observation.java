package dev.perdure.supervision;

import java.util.List;
import java.util.OptionalLong;

/** What the simulated world saw happen, for the invariants to judge. */
sealed interface Observation {

    /** A group exchanged a step's gradients. */
    record Stepped(Generation generation, List<Share> computed, List<Long> positions) implements Observation {}

    /** A member applied a step to a state that had seen so many steps. */
    record Applied(WorkerId worker, long generation, long step, long stepsBefore) implements Observation {}

    /** A member took the source's state. */
    record Copied(WorkerId worker, Generation generation, OptionalLong had, long got) implements Observation {}

    record FormSent(long epoch, Generation generation) implements Observation {}

    record Launched(long epoch, WorkerId worker) implements Observation {}

    record Killed(long epoch, WorkerId worker) implements Observation {}

    /** A supervisor's part is over. */
    record Finished(long epoch, Outcome outcome) implements Observation {}
}
