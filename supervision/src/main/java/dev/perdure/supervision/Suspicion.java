package dev.perdure.supervision;

import java.util.Optional;

/**
 * What one worker's signs of life say of it: a value that turns into the next with every sign. The clock is the
 * supervisor's own, which stands still while the supervisor itself does.
 */
public interface Suspicion {

    /** Returns what is thought after any word from the worker. */
    Suspicion heard(long nowNanos);

    /** Returns what is thought once its progress, in the generation that runs, is known. Follows {@link #heard}. */
    Suspicion progressed(Progress progress, long nowNanos);

    /** Returns what is thought when a generation begins: its progress is judged from here, by what is known of earlier ones. */
    Suspicion begins(long nowNanos);

    /** Returns the evidence if the worker must be taken for dead. */
    Optional<String> silent(long nowNanos);

    /** Returns the evidence if the worker, though alive, has stood at the same progress for too long. */
    Optional<String> stuck(long nowNanos);
}
