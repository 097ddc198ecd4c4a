package dev.perdure.checkpoint;

/**
 * A checkpoint that is durable.
 *
 * @param bytesWritten the size of the objects that this save wrote
 * @param bytesReused the size of the objects that were there already, unchanged since an earlier save
 * @param stallMillis how long the caller was kept waiting for this save, in {@code save} and {@code awaitCaptured}
 * @param captureMillis from the call of {@code save} until the last tensor was copied
 * @param durableMillis from the call of {@code save} until the manifest was durable
 */
public record SavedCheckpoint(
        CheckpointName name,
        long bytesWritten,
        long bytesReused,
        double stallMillis,
        double captureMillis,
        double durableMillis) {
    public long step() {
        return name.step();
    }

    public int term() {
        return name.term();
    }
}
