package dev.perdure.checkpoint;

import java.util.List;

/** Everything that a {@link Checkpointer} reports while it works in the background. */
public sealed interface CheckpointEvent {
    /** A checkpoint is durable. */
    record Saved(SavedCheckpoint checkpoint) implements CheckpointEvent {}

    /** A part of a checkpoint that others publish: it is durable, and so is the checkpoint. */
    record PartSaved(SavedCheckpoint part) implements CheckpointEvent {}

    /** A save that several made together was given up, because one of them is gone. */
    record Abandoned(CheckpointName name, String reason) implements CheckpointEvent {}

    /**
     * An attempt to save failed.
     *
     * @param attempt counting from 1
     * @param willRetry whether another attempt follows
     */
    record SaveFailed(CheckpointName name, int attempt, boolean willRetry, Throwable cause)
            implements CheckpointEvent {}

    /** Bytes in the store were found to be other than they should be, and were replaced with those in memory. */
    record Healed(List<String> objects) implements CheckpointEvent {}

    /** Old checkpoints were deleted, or there was a reason not to. */
    record Pruned(PruneReport report) implements CheckpointEvent {}

    /** Retention failed. Nothing that is needed was deleted; it is tried again after the next save. */
    record PruneFailed(Throwable cause) implements CheckpointEvent {}
}
