package dev.perdure.model;

import java.io.IOException;

/** A bundle is not used. Trying again cannot help; {@link #refusal} says what can. */
public final class RefusedBundleException extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient Refusal refusal;

    RefusedBundleException(String place, Refusal refusal) {
        super(Checks.printable("bundle %s: %s".formatted(place, refusal.message())));
        this.refusal = refusal;
    }

    /** Returns what is wrong. */
    public Refusal refusal() {
        return refusal;
    }
}
