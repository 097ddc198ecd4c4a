package dev.perdure.oip;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What became of a request that a server took, told once when its answer has left or cannot leave any more.
 *
 * @param isGrpc whether it came over gRPC, otherwise over REST
 * @param operation what was asked
 * @param model who answered, or who was to; a stranger's words unless there was an answer. Absent when no model was asked
 * @param requestId as the client named it; by the trace's span when it named none
 * @param client who asked, when that is known
 * @param end how it ended
 * @param refused why there is no result; absent when there is one, or nobody waited for it
 * @param reason the same for a person; empty when there is a result
 * @param parameters of the result
 * @param took from its first byte to the last of the answer
 */
public record Served(
        boolean isGrpc,
        Operation operation,
        Optional<ModelId> model,
        String requestId,
        Trace trace,
        Optional<String> client,
        End end,
        Optional<OipError> refused,
        String reason,
        Map<String, Parameter> parameters,
        Duration took) {

    /** How a request can end. */
    public enum End {
        /** With a result. */
        ANSWERED,
        /** With a reason why there is none. */
        REFUSED,
        /** Its client did not wait, or the connection ended. */
        ABANDONED
    }
}
