/**
 * Inputs judged by what training saw, and whether they drift away from it. Samples in, words and numbers out: no clock, no
 * thread, no I/O.
 *
 * <ol>
 *   <li>{@link dev.perdure.guard.ProfileMaker} learns a bundle's guard profile and drift reference from raw samples.
 *   <li>{@link dev.perdure.guard.InputGuard} judges each request by the profile: a {@link dev.perdure.guard.Judgement} has
 *       what is to be computed and the {@link dev.perdure.guard.Finding}s. {@link dev.perdure.guard.Surprise} says what can be
 *       found, {@link dev.perdure.guard.Action} what is done about it, {@link dev.perdure.guard.GuardPolicy} which, and
 *       {@link dev.perdure.guard.GuardPolicies} reads those that people write.
 *   <li>{@code Placement}: how raw values became what the model takes. {@code TableJudge} with {@code Limits} and {@code
 *       CategoryMarks}, {@code ImageJudge}: the judges of one sample; {@code Findings} collects.
 *   <li>{@link dev.perdure.guard.InnerMaker} learns from what an inner layer makes of samples, {@link
 *       dev.perdure.guard.InnerGuard} judges by how far from them an input lies.
 *   <li>{@link dev.perdure.guard.DriftMonitor}: a stream of inputs in, a {@link dev.perdure.guard.DriftReport} out whenever a
 *       {@link dev.perdure.guard.DriftWindow} is full. {@link dev.perdure.guard.DriftDetector} compares, as {@link
 *       dev.perdure.guard.DriftSettings} have it; {@code Watched}: which numbers of a sample; {@code NumberDrift}, {@code
 *       CategoryDrift}, {@code RowsDrift}: the tests. {@link dev.perdure.guard.DriftStanding}: what of it has been told.
 * </ol>
 */
@NullMarked
package dev.perdure.guard;

import org.jspecify.annotations.NullMarked;
