package dev.perdure.oip;

import java.util.Optional;
import java.util.function.Function;

/** Decides who may ask a server. It is asked before anything of a request's body is read, and must not block. */
public interface Access {
    /**
     * What was decided.
     *
     * @param client who asks; absent where nobody needs to say
     * @param refused why it may not, though it is known; absent when it may
     */
    record Verdict(Optional<String> client, Optional<OipException> refused) {
        /** It may, whoever it is. */
        public static final Verdict OPEN = new Verdict(Optional.empty(), Optional.empty());
    }

    /**
     * Decides on a request.
     *
     * @param right what is needed for it
     * @param header what a header of this lower-case name says, of HTTP and gRPC alike
     * @throws OipException {@link OipError#UNAUTHENTICATED} if nobody knows who asks
     */
    Verdict admit(Operation operation, Right right, Function<String, Optional<String>> header);
}
