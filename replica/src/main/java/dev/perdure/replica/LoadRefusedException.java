package dev.perdure.replica;

import dev.perdure.model.RefusedBundleException;
import java.io.IOException;

/** A bundle is not served; nothing of it stays loaded. The message has what is wrong, what was expected, and what to do. */
public final class LoadRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** What kind of trouble it is. */
    public enum Reason {
        /** The bundle is damaged. */
        DAMAGED,
        /** Nobody who is trusted vouches for the bundle, or it is another's format, or there is none. */
        UNTRUSTED,
        /** The store did not answer; nothing is known of the bundle. Try again. */
        UNREADABLE,
        /** Another bundle is there than the one that was asked for. */
        OTHER_BUNDLE,
        /** The same version of the same model is loaded from another bundle. Unload it first. */
        ALREADY_LOADED,
        /** No framework of this replica runs the model. */
        UNUSABLE,
        /** The model does not give the golden answers, or none are known. */
        WRONG_ANSWERS,
        /** The replica is ending. */
        STOPPING,
        /** None of these, such as a reason of a newer replica. */
        OTHER
    }

    LoadRefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    LoadRefusedException(Reason reason, Exception cause) {
        super(String.valueOf(cause.getMessage()), cause);
        this.reason = reason;
    }

    static LoadRefusedException of(RefusedBundleException e) {
        return new LoadRefusedException(e.refusal().isDamage() ? Reason.DAMAGED : Reason.UNTRUSTED, e);
    }

    static LoadRefusedException of(IOException e) {
        return e instanceof RefusedBundleException refused
                ? of(refused)
                : new LoadRefusedException(Reason.UNREADABLE, e);
    }

    public Reason reason() {
        return reason;
    }
}
