/**
 * Networks described by layers, written as ONNX files, which any runtime of that format reads. Plain Java: no native code is
 * loaded, so any process may do it.
 *
 * <ol>
 *   <li>{@link dev.perdure.export.OnnxExport}: layers and weights become a graph.
 *   <li>{@link dev.perdure.export.OnnxGraph}: a graph of operators, and its bytes.
 *   <li>{@code LayersGraph} says which operators a layer is; {@code Proto} writes protocol buffers.
 * </ol>
 */
@NullMarked
package dev.perdure.export;

import org.jspecify.annotations.NullMarked;
