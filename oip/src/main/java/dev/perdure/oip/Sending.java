package dev.perdure.oip;

import java.util.Map;

/** A way for requests over a connection. */
interface Sending extends AutoCloseable {
    /** Sends a request. Does not block. */
    Pending send(InferRequest request, Deadline deadline, Map<String, String> headers);

    /** What is under way gets no answer. */
    @Override
    default void close() {}
}
