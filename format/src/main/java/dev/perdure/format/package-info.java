/**
 * What checkpoints and bundles are written in: texts that prove that they are whole, and files of tensors that other
 * programs read.
 *
 * <ol>
 *   <li>{@link dev.perdure.format.Json}: reads JSON strictly, and writes its texts and numbers so that they survive.
 *   <li>{@link dev.perdure.format.DigestFooter}: how a manifest ends with its own digest.
 *   <li>{@link dev.perdure.format.Safetensors}, {@link dev.perdure.format.SafetensorsHeader}: files of tensors.
 *       {@link dev.perdure.format.SafetensorsException} says why a file is none.
 * </ol>
 */
@NullMarked
package dev.perdure.format;

import org.jspecify.annotations.NullMarked;
