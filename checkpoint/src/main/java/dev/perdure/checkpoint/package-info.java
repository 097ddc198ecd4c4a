/**
 * Saves, finds, verifies, repairs and retains checkpoints. Format and commit rule live here and nowhere else;
 * {@code docs/format.md} defines both.
 *
 * <ol>
 *   <li>{@link dev.perdure.checkpoint.Checkpointer}: saves the state of a running training in the background, ten lines to
 *       use. {@link dev.perdure.checkpoint.CheckpointerOptions} says how, {@link dev.perdure.checkpoint.PendingSave} and
 *       {@link dev.perdure.checkpoint.SavedCheckpoint} how it went, {@link dev.perdure.checkpoint.CheckpointEvent} all that
 *       can happen.
 *   <li>{@link dev.perdure.checkpoint.Checkpoints}: lists, restores, verifies, repairs, rolls back, branches, prunes,
 *       exports.
 *   <li>{@code Layout}, {@code Snapshot}, {@code Capture}: which tensor lies in which object, and the copying of live tensors
 *       to where they lie in the files.
 *   <li>{@link dev.perdure.checkpoint.Manifest} with {@code ManifestWriter} and {@code ManifestParser}: what a checkpoint
 *       consists of. It exists when its manifest does.
 *   <li>{@code SaveWriter}, {@code ObjectWriter}: one attempt at a save, safe to be repeated.
 *   <li>{@link dev.perdure.checkpoint.SaveShare}, {@code Parts}, {@code PartNotes}: how several processes save one state
 *       together.
 *   <li>{@code Restoring}, {@code ReadPlan}, {@code StretchReader}: objects back into live tensors, each block checked while
 *       it is in the cache; {@link dev.perdure.checkpoint.Damage} says what was wrong.
 *   <li>{@link dev.perdure.checkpoint.Retention}, {@code Pruner}, {@code Sweep}: what stays, and how the rest goes without
 *       harming a save that runs meanwhile.
 *   <li>{@link dev.perdure.checkpoint.Schedule}, {@link dev.perdure.checkpoint.OptimalInterval}: when to save.
 *       {@link dev.perdure.checkpoint.CheckpointSettings} reads it all from a configuration.
 *   <li>{@link dev.perdure.checkpoint.Weights}: files that other programs read.
 * </ol>
 */
@NullMarked
package dev.perdure.checkpoint;

import org.jspecify.annotations.NullMarked;
