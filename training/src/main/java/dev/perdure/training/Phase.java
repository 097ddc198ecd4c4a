package dev.perdure.training;

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
    FINISH
}
