package dev.perdure.oip;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * What is known of a request besides what it asks.
 *
 * @param deadline the earliest of the transport's, the request's own and the server's
 * @param header what a header of this lower-case name says, of HTTP and gRPC alike
 * @param peer the other end's address, for logs
 * @param client who asks, where that was shown and not only said
 * @param trace what it is part of; absent for what this process asks of itself
 * @param abandoned completes when nobody waits for the answer any more
 */
public record Call(
        Deadline deadline,
        Function<String, Optional<String>> header,
        String peer,
        Optional<String> client,
        Optional<Trace> trace,
        CompletableFuture<?> abandoned) {

    /** Returns a call of this process's own. */
    public static Call within(Duration time) {
        return new Call(
                Deadline.in(time),
                _ -> Optional.empty(),
                "here",
                Optional.empty(),
                Optional.empty(),
                new CompletableFuture<>());
    }

    /** Returns the call as abandoned when this completes. */
    public Call abandonedWith(CompletableFuture<?> other) {
        return new Call(deadline, header, peer, client, trace, other);
    }

    /** Returns the call with a deadline that is not later than this. */
    Call notAfter(Deadline other) {
        return new Call(deadline.or(other), header, peer, client, trace, abandoned);
    }
}
