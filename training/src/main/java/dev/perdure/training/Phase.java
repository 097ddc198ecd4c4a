package dev.perdure.training;

/** What a trainer is doing. Between any two phases it may be killed. */
public enum Phase {
    START,
    RESTORE,
    GRADIENT,
    AWAIT_CAPTURE,
    APPLY,
    BOOK,
    EVALUATE,
    SAVE,
    FINISH
}
