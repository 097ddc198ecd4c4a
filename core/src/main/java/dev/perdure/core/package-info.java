/**
 * The few words every module shares.
 *
 * <ol>
 *   <li>{@link dev.perdure.core.TensorData} with {@link dev.perdure.core.DType} and {@link dev.perdure.core.Shape}: a
 *       tensor in memory, of any size.
 *   <li>{@link dev.perdure.core.State}: named tensors, numbers and blobs, everything a run needs to go on.
 *   <li>{@link dev.perdure.core.Digests}: SHA-256, by which content is named.
 *   <li>{@link dev.perdure.core.Seeds}: random seeds as pure functions of where they are used.
 *   <li>{@link dev.perdure.core.Settings}: YAML with line numbers, and all problems reported together
 *       ({@link dev.perdure.core.BadSettingException}, {@link dev.perdure.core.Suggestions});
 *       {@link dev.perdure.core.ResolvedSettings}: what was read, defaults included, written back and compared.
 *   <li>{@link dev.perdure.core.Backoff}: how long to wait before trying again.
 * </ol>
 */
@NullMarked
package dev.perdure.core;

import org.jspecify.annotations.NullMarked;
