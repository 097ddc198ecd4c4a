package dev.perdure.training;

import dev.perdure.supervision.Progress;

/** What a trainer is doing. Between any two phases it may be killed. */
public enum Phase {
    START,
    RESTORE,
    /** A group of workers finds together. */
    MEET,
    /** State is copied from one worker to others. */
    COPY,
    /** A batch is waited for. */
    DATA,
    GRADIENT,
    /** Gradients are exchanged with the other workers. */
    EXCHANGE,
    AWAIT_CAPTURE,
    APPLY,
    BOOK,
    EVALUATE,
    SAVE,
    FINISH;

    /** Returns what supervisors are shown of it. */
    Progress.Phase shown() {
        return switch (this) {
            case START -> Progress.Phase.IDLE;
            case RESTORE -> Progress.Phase.RESTORING;
            case MEET -> Progress.Phase.MEETING;
            case COPY -> Progress.Phase.COPYING;
            case DATA -> Progress.Phase.DATA;
            case GRADIENT -> Progress.Phase.COMPUTING;
            case EXCHANGE -> Progress.Phase.EXCHANGING;
            case APPLY, BOOK -> Progress.Phase.APPLYING;
            case EVALUATE -> Progress.Phase.EVALUATING;
            case AWAIT_CAPTURE, SAVE, FINISH -> Progress.Phase.SAVING;
        };
    }
}
