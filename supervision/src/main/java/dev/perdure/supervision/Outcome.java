package dev.perdure.supervision;

/** How a run ends, or a supervisor's part in it. */
public sealed interface Outcome {

    /** All steps are applied, and all members have the same weights. */
    record Completed(String weightsSha256) implements Outcome {}

    /** Somebody asked for it; the newest checkpoint goes on from here. */
    record Stopped(String reason) implements Outcome {}

    /** A worker said that starting again would not help. */
    record Failed(WorkerId worker, String reason) implements Outcome {}

    /** A step gives no finite numbers, and the recipe has no remedy for it. */
    record Diverged(String reason) implements Outcome {}

    /** A budget is spent: what kept failing would fail again. */
    record Spent(String reason) implements Outcome {}

    /** Facts could not be made durable for so long that the run cannot be answered for. */
    record RegistryLost(String reason) implements Outcome {}

    /** Another supervisor has the run; the workers are its own. */
    record Superseded(long epoch) implements Outcome {}
}
