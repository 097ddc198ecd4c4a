package dev.perdure.replica;

import dev.perdure.oip.OipServerSettings;
import java.time.Duration;

/**
 * How many, how long.
 *
 * @param batch of every model
 * @param instances how many threads compute for each model
 * @param heartbeatEvery how often those who watch hear of it
 * @param orphanMax how long it lives after its parent has gone, if nobody adopts it
 * @param server of the protocol
 */
public record ReplicaSettings(
        BatchLimits batch, int instances, Duration heartbeatEvery, Duration orphanMax, OipServerSettings server) {

    /** One instance, twenty heartbeats a second, 30 seconds without a parent. */
    public static final ReplicaSettings DEFAULT = new ReplicaSettings(
            BatchLimits.DEFAULT, 1, Duration.ofMillis(50), Duration.ofSeconds(30), OipServerSettings.DEFAULT);

    public ReplicaSettings {
        if (instances < 1 || instances > 1024) {
            throw new IllegalArgumentException("instances: %d (expected: 1 to 1024)".formatted(instances));
        }
        if (heartbeatEvery.toMillis() < 1 || orphanMax.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "heartbeatEvery: %s, orphanMax: %s (expected: >= 1 ms)".formatted(heartbeatEvery, orphanMax));
        }
    }

    /** Returns the same with other batches. */
    public ReplicaSettings with(BatchLimits other) {
        return new ReplicaSettings(other, instances, heartbeatEvery, orphanMax, server);
    }
}
