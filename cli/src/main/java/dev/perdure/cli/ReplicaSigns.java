package dev.perdure.cli;

import dev.perdure.gateway.ReplicaHost;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.oip.OipClient;
import dev.perdure.replica.Heartbeat;
import dev.perdure.replica.ModelState;
import java.time.Duration;
import java.util.Optional;

/** What a replica's heartbeats say about the version that it was started for, told to whoever wants it. Owned by one thread at a time. */
final class ReplicaSigns {
    private static final Duration UNLOADED = Duration.ofSeconds(2);

    private final ServedVersion version;
    private final ReplicaHost.Listener listener;
    private volatile boolean isReady;

    ReplicaSigns(ServedVersion version, ReplicaHost.Listener listener) {
        this.version = version;
        this.listener = listener;
    }

    /** Returns whether it ever had its model. */
    boolean isReady() {
        return isReady;
    }

    /** Takes a heartbeat that came over this connection. Returns why the replica is of no use; nothing when it is. */
    Optional<String> heard(Heartbeat heartbeat, OipClient over) {
        if (heartbeat.draining()) {
            return Optional.empty();
        }
        Optional<ModelState> model = heartbeat.model(version.id());
        if (model.isEmpty() || !model.get().digest().equals(version.digest())) {
            return !isReady || heartbeat.up().compareTo(UNLOADED) > 0
                    ? Optional.of("it has %s loaded (expected: bundle %s)"
                            .formatted(model.map(ModelState::digest).orElse("nothing"), version.digest()))
                    : Optional.empty();
        }
        ModelState state = model.get();
        if (!isReady) {
            isReady = true;
            listener.ready(over);
        }
        listener.beat(state.batches() + state.failed(), (int) Math.max(state.underWay(), state.computing()));
        return Optional.empty();
    }
}
