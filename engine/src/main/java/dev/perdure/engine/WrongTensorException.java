package dev.perdure.engine;

/** A tensor that a model was given does not fit it: the caller's mistake. The remedy is to ask with another one. */
public final class WrongTensorException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** @param problem names the tensor, what it is and what was expected */
    public WrongTensorException(String problem) {
        super(problem);
    }
}
