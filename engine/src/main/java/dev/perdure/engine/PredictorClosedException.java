package dev.perdure.engine;

/** A model was asked after it had been closed. The remedy is to ask another one; nothing was computed. */
public final class PredictorClosedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    public PredictorClosedException() {
        super("the model is closed (expected: an open one). Ask another replica, or open it again.");
    }
}
