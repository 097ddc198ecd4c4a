package dev.perdure.oip;

import io.grpc.Status;
import java.util.Arrays;

/** What kind of answer a request without a result gets, as an HTTP status and as a gRPC code. */
public enum OipError {
    /** The request itself is at fault: sent again, it fails again. */
    INVALID(400, Status.Code.INVALID_ARGUMENT),
    /** Who sends it must say who they are. */
    UNAUTHENTICATED(401, Status.Code.UNAUTHENTICATED),
    /** Who sends it may not do that. */
    FORBIDDEN(403, Status.Code.PERMISSION_DENIED),
    /** There is no such model, version or path. */
    NOT_FOUND(404, Status.Code.NOT_FOUND),
    /** The path is there, but is asked in another way. */
    WRONG_METHOD(405, Status.Code.INVALID_ARGUMENT),
    /** The request is larger than what is accepted here. */
    TOO_LARGE(413, Status.Code.INVALID_ARGUMENT),
    /** It ended those who tried to answer it, so nobody is asked any more. */
    QUARANTINED(422, Status.Code.FAILED_PRECONDITION),
    /** Something failed here that is not the request's fault. */
    INTERNAL(500, Status.Code.INTERNAL),
    /** The protocol has it, this server does not. */
    UNSUPPORTED(501, Status.Code.UNIMPLEMENTED),
    /** Nobody can answer now. */
    UNAVAILABLE(503, Status.Code.UNAVAILABLE),
    /** More is asked than can be answered; it was not begun. */
    OVERLOADED(503, Status.Code.RESOURCE_EXHAUSTED),
    /** Who sends it sends too often. */
    TOO_OFTEN(429, Status.Code.RESOURCE_EXHAUSTED),
    /** The deadline passed before there was an answer. */
    LATE(504, Status.Code.DEADLINE_EXCEEDED);

    private final int httpStatus;
    private final Status.Code code;

    OipError(int httpStatus, Status.Code code) {
        this.httpStatus = httpStatus;
        this.code = code;
    }

    public int httpStatus() {
        return httpStatus;
    }

    public Status.Code code() {
        return code;
    }

    /** Returns the kind of this name; what this version does not know is internal. */
    static OipError named(String name) {
        return Arrays.stream(values())
                .filter(error -> error.name().equals(name))
                .findFirst()
                .orElse(INTERNAL);
    }

    /** Returns the kind that a gRPC code stands for; what has no kind of its own is internal. */
    static OipError of(Status.Code code) {
        return Arrays.stream(values())
                .filter(error -> error.code == code)
                .findFirst()
                .orElse(INTERNAL);
    }
}
