package dev.perdure.oip;

import java.util.Optional;
import java.util.function.Consumer;

/**
 * What stands between a server's sockets and its services.
 *
 * @param told hears what became of each request, by threads that must not be held up; nobody if absent
 */
public record OipEdge(Optional<Consumer<Served>> told) {
    /** Nothing is asked or told. */
    public static final OipEdge OPEN = new OipEdge(Optional.empty());

    /** Returns the same, with another that hears what became of requests. */
    public OipEdge telling(Consumer<Served> listener) {
        return new OipEdge(Optional.of(listener));
    }
}
