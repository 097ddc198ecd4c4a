package dev.perdure.reliability;

/** Where in a step a worker is; in the order in which a step passes through them. */
public enum Phase {
    LOADING(EvidenceKind.STUCK_LOADING),
    COMPUTING(EvidenceKind.STUCK_COMPUTING),
    COLLECTIVE(EvidenceKind.STUCK_COLLECTIVE),
    UPDATING(EvidenceKind.STUCK_COMPUTING),
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
