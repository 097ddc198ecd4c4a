/**
 * The bundle: what training hands to serving, signed, and verified before anything in it is used. {@code
 * docs/bundle-format.md} defines how it is written.
 *
 * <ol>
 *   <li>{@link dev.perdure.model.Bundle}: the values. {@link dev.perdure.model.ModelSignature} and {@link
 *       dev.perdure.model.TensorSpec} say what the model takes and gives, {@link dev.perdure.model.Preprocessing} what is done
 *       before, {@link dev.perdure.model.Program} what computes, {@link dev.perdure.model.Fallback} what is answered when
 *       nothing can.
 *   <li>{@link dev.perdure.model.GoldenSet} with {@link dev.perdure.model.Tolerance}: samples and right answers, and how
 *       answers are compared; {@link dev.perdure.model.Elements} reads single numbers of tensors.
 *   <li>{@link dev.perdure.model.GuardProfile}, {@link dev.perdure.model.DriftReference} with {@link
 *       dev.perdure.model.QuantileSketch} and {@link dev.perdure.model.Range}: what inputs looked like.
 *   <li>{@link dev.perdure.model.Evaluation}, {@link dev.perdure.model.Performance}, {@link dev.perdure.model.Provenance}: how
 *       good, how fast, and where from.
 *   <li>{@link dev.perdure.model.Bundles}: writes, opens, verifies and signs one at a place. {@link
 *       dev.perdure.model.OpenedBundle} has been verified; {@link dev.perdure.model.Standing} says who vouches for it, and
 *       {@link dev.perdure.model.Refusal} everything that can be wrong. {@link dev.perdure.model.BundleText} shows it to people.
 *   <li>{@link dev.perdure.model.SigningKey}, {@link dev.perdure.model.VerifyingKey}, {@link dev.perdure.model.KeyFiles},
 *       {@link dev.perdure.model.Trust}: who signs, and who is believed.
 *   <li>{@code Manifest}, {@code Parts}, {@code BundleMembers}, {@code BundleFields}: values to text and tensors, and back.
 *       {@code BundleWriter}, {@code BundleReader}: in which order.
 * </ol>
 */
@NullMarked
package dev.perdure.model;

import org.jspecify.annotations.NullMarked;
