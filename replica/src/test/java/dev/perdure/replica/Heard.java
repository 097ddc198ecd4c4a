package dev.perdure.replica;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** Remembers what was heard of a replica. */
final class Heard implements ReplicaClient.Listener {
    private final AtomicReference<Optional<Heartbeat>> last = new AtomicReference<>(Optional.empty());
    private final CompletableFuture<String> lost = new CompletableFuture<>();

    Optional<Heartbeat> last() {
        return last.get();
    }

    CompletableFuture<String> lost() {
        return lost;
    }

    @Override
    public void heard(Heartbeat heartbeat) {
        last.set(Optional.of(heartbeat));
    }

    @Override
    public void lost(String why) {
        lost.complete(why);
    }
}
