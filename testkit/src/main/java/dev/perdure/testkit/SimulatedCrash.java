package dev.perdure.testkit;

/**
 * The process is gone. An {@link Error}, because code that handles exceptions must not go on after it, as it would not
 * after the real thing.
 */
public final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1L;

    public SimulatedCrash(String message) {
        super(message);
    }
}
