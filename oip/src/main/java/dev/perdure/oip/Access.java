package dev.perdure.oip;

import java.util.Optional;
import java.util.function.Function;

/** Decides who may ask a server. It is asked before anything of a request's body is read, and must not block. */
public interface Access {
    /**
     * Decides on a request.
     *
     * @param right what is needed for it
     * @param header what a header of this lower-case name says, of HTTP and gRPC alike
     * @return who asks; absent where nobody needs to say
     * @throws OipException {@link OipError#UNAUTHENTICATED} or {@link OipError#FORBIDDEN} if it may not pass
     */
    Optional<String> admit(Operation operation, Right right, Function<String, Optional<String>> header);
}
