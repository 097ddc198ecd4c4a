package dev.perdure.oip;

import java.time.Duration;
import java.util.Optional;

/** A request's answer when it has no result. The message is meant for whoever sent the request. */
public final class OipException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final OipError error;
    private final Optional<Duration> retryAfter;

    private OipException(OipError error, String message, Optional<Duration> retryAfter) {
        super(message, null, false, false);
        this.error = error;
        this.retryAfter = retryAfter;
    }

    public OipException(OipError error, String message) {
        this(error, message, Optional.empty());
    }

    /** The same request may be answered when it is sent again after this time. */
    public static OipException retryAfter(OipError error, String message, Duration retryAfter) {
        return new OipException(error, message, Optional.of(retryAfter));
    }

    /** Says what is wrong with a request: value, expectation, what to do. */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency
    static OipException invalid(String format, Object... values) {
        return new OipException(OipError.INVALID, format.formatted(values));
    }

    static OipException tooLarge(String what, long value, long max) {
        return new OipException(OipError.TOO_LARGE, "%s: %d (expected: <= %d)".formatted(what, value, max));
    }

    public OipError error() {
        return error;
    }

    /** Returns when to come back; absent when coming back would not help, or nobody knows. */
    public Optional<Duration> retryAfter() {
        return retryAfter;
    }

    /** Returns the message, which is always there. */
    public String reason() {
        return Optional.ofNullable(getMessage()).orElse(error.name());
    }
}
