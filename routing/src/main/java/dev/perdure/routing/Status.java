package dev.perdure.routing;

/** Why a request got no answer; {@link #http} is what a client over HTTP is told. */
public enum Status {
    /** The request itself is wrong: its own replica says so. */
    INVALID(400),
    /** It has ended two replicas, or was with two that ended. */
    QUARANTINED(422),
    /** Its client asks too often. */
    RATE_LIMITED(429),
    /** The model fails on it wherever it is tried. */
    ERROR(500),
    /** More is asked than can be answered in time. */
    OVERLOADED(503),
    /** Nobody is there to answer. */
    UNAVAILABLE(503),
    /** It was not answered in time. */
    DEADLINE(504);

    private final int http;

    Status(int http) {
        this.http = http;
    }

    /** Returns the status code. */
    public int http() {
        return http;
    }
}
