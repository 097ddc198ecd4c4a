/**
 * Saves, finds, verifies, repairs and retains checkpoints. Format and commit rule live here and nowhere else; docs/format.md
 * describes the bytes.
 *
 * <ol>
 *   <li>{@link dev.perdure.checkpoint.Checkpointer} saves beside a training: {@code Snapshots} copy the tensors, {@code
 *       ObjectWriter} and {@code SaveWriter} write and publish in the background, {@code SaveBudget} ends what keeps failing.
 *       {@link dev.perdure.checkpoint.CheckpointEvent} says what happens meanwhile.
 *   <li>{@link dev.perdure.checkpoint.Checkpoints} is the reading side: lists, restores ({@code Restoring}), verifies and
 *       repairs ({@code Verifying}), rolls back and branches ({@code Adopting}), prunes ({@code Pruner}, {@code Sweep}).
 *   <li>{@link dev.perdure.checkpoint.Manifest} and {@link dev.perdure.checkpoint.Safetensors} are the format, {@code
 *       Layout} decides which tensors share an object, {@code Paths} names what is stored, {@code Checksums} covers it.
 *   <li>{@link dev.perdure.checkpoint.CheckpointName} orders checkpoints: by the writer's term, then by step ({@code
 *       Terms}). {@code Announcements} keep savers and sweepers out of each other's way.
 *   <li>{@link dev.perdure.checkpoint.Retention} and {@link dev.perdure.checkpoint.Schedule} decide what stays and when to
 *       save: pure functions, read from a configuration by {@link dev.perdure.checkpoint.CheckpointSettings}.
 *   <li>{@link dev.perdure.checkpoint.Weights}: the model alone, as one file that Python reads.
 * </ol>
 */
@NullMarked
package dev.perdure.checkpoint;

import org.jspecify.annotations.NullMarked;
