package dev.perdure.engine;

/** A framework failed while it computed. The same question may fail again, or be answered elsewhere. */
public final class PredictionFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param problem the framework's own words, in one line */
    public PredictionFailedException(String problem, Throwable cause) {
        super(problem, cause);
    }

    public PredictionFailedException(String problem) {
        super(problem);
    }
}
