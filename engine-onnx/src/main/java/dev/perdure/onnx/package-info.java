/**
 * The predicting half of the engine contract on ONNX Runtime, on the CPU.
 *
 * <ol>
 *   <li>{@link dev.perdure.onnx.OnnxPredictors} loads the runtime once a process, and opens ONNX files; {@link
 *       dev.perdure.onnx.OnnxOptions} says how it computes.
 *   <li>{@code OnnxKernel} is an open one: it runs on the caller's memory.
 *   <li>{@code Described} says what a file takes and gives, {@code Tensors} which memory is which tensor; {@code OnnxNatives}
 *       loads the native library, which {@code OnnxLibrary} has unpacked once, and puts its errors into one line.
 * </ol>
 */
@NullMarked
package dev.perdure.onnx;

import org.jspecify.annotations.NullMarked;
