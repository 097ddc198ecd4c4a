package dev.perdure.reliability;

/** What a worker does; those of a step in the order in which a step passes through them. */
public enum Phase {
    /** Opening what it needs, or waiting to be told what to do. */
    IDLE(EvidenceKind.STUCK_LOADING),
    /** Finding the others. */
    MEETING(EvidenceKind.STUCK_COLLECTIVE),
    /** Copying state from or to another. */
    COPYING(EvidenceKind.STUCK_COLLECTIVE),
    /** Taking a checkpoint back. */
    RESTORING(EvidenceKind.STUCK_LOADING),
    LOADING(EvidenceKind.STUCK_LOADING),
    COMPUTING(EvidenceKind.STUCK_COMPUTING),
    COLLECTIVE(EvidenceKind.STUCK_COLLECTIVE),
    UPDATING(EvidenceKind.STUCK_COMPUTING),
    EVALUATING(EvidenceKind.STUCK_COMPUTING),
    SAVING(EvidenceKind.STUCK_SAVING);

    private final EvidenceKind whenStuck;

    Phase(EvidenceKind whenStuck) {
        this.whenStuck = whenStuck;
    }

    /** Returns what it is evidence of when a worker does not leave this phase. */
    public EvidenceKind whenStuck() {
        return whenStuck;
    }
}
