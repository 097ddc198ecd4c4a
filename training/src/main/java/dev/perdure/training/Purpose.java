package dev.perdure.training;

/** What a second of a run was spent on. Every second is booked, and the sum is the wall time. */
public enum Purpose {
    /** Forward, backward, optimizer and evaluation, for the first time. */
    COMPUTE("compute"),
    /** The same, with fewer workers than wanted. */
    DEGRADED("degraded"),
    /** Waiting for the next batch. */
    DATA("data"),
    /** Training waited for a checkpoint. */
    SAVE_STALL("saveStall"),
    /** Reading a checkpoint back. */
    RESTORE("restore"),
    /** Computing steps again that had been computed before. */
    REDO("redo"),
    /** A worker was gone or stood still, and nobody knew it yet. */
    DETECT("detect"),
    /** From knowing it until the next step: the others formed a new group, or replacements were started. */
    REGROUP("regroup"),
    /** Everything else: starting processes, opening data, pauses, writing the report. */
    IDLE("idle");

    private final String key;

    Purpose(String key) {
        this.key = key;
    }

    /** Returns the name used in reports. */
    public String key() {
        return key;
    }
}
