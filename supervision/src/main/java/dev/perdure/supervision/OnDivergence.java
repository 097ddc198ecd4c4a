package dev.perdure.supervision;

/** What is done when a step gives no finite numbers however often it is redone. */
public enum OnDivergence {
    /** The run ends, and says what to try. */
    STOP,
    /** The step's batch is left out. */
    SKIP_BATCH,
    /** Everyone goes back to a checkpoint and trains on from there at half the learning rate. */
    LOWER_RATE
}
