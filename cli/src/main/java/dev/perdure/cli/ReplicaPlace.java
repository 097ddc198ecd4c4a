package dev.perdure.cli;

import dev.perdure.gateway.ReplicaHost;
import dev.perdure.gateway.ServedVersion;
import java.util.Optional;

/** A host on which a gateway's replicas live: its own, or another. */
interface ReplicaPlace extends ReplicaHost, AutoCloseable {
    /** Returns what people call it. */
    String name();

    /** Returns why it takes no replica of a version now, for people; nothing when it would. Does not block. */
    default Optional<String> refusal(ServedVersion version) {
        return Optional.empty();
    }

    /** Ends those that an earlier life left and that no version wanted. */
    void endUnclaimed();

    /** Forgets those that live; whoever started them has stopped them before. */
    @Override
    default void close() {}
}
