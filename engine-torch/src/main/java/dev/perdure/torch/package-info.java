/**
 * The engine contract on libtorch, through the JavaCPP presets of PyTorch: one device, the CPU.
 *
 * <ol>
 *   <li>{@link dev.perdure.torch.TorchEngine} loads libtorch and opens a plan.
 *   <li>{@link dev.perdure.torch.TorchProgram} is what it runs: it declares parameters ({@link
 *       dev.perdure.torch.Declaration}) and computes the forward pass ({@link dev.perdure.torch.Forward}). Networks by
 *       configuration ({@code LayersProgram}) and TorchScript files ({@code ScriptProgram}) are programs as well.
 *   <li>{@code Weights} keeps parameters and buffers in memory of our own that libtorch computes on: parameters one after
 *       the other, as in a gradient, so that {@code Updates}, the optimizers, are operations on a single long vector.
 *   <li>{@link dev.perdure.torch.TorchModel} puts them together.
 *   <li>{@code Fit} (what a model may be given), {@code Initialisers}, {@code Losses}, {@code Norms}, {@code Statistics} (what batch normalisation remembers) and {@code Tensors}
 *       (tensors over our memory and memory of tensors) are the parts.
 *   <li>{@link dev.perdure.torch.TorchPredictors} opens models that only predict: {@code ProgramKernel} and {@code
 *       ScriptKernel} compute in {@code Inference}, with weights that {@code Given} has held against the model's own.
 *   <li>{@link dev.perdure.torch.GlooCollectives}: processes that train together find each other at a {@code MeetingPoint}
 *       and exchange memory in a {@code GlooCollective}, of which {@code GlooWatch} notices who is gone. {@link dev.perdure.torch.MeetingServer} is such a point for those
 *       without a common folder; {@code LoopbackListener} keeps it to this host.
 *   <li>{@code Libtorch} finds, loads and sets up the native library, and turns its errors into one line.
 * </ol>
 *
 * <p>Every computation runs in a {@code PointerScope}, which frees what it made. What outlives one is kept in a {@code
 * Kept} and freed with the model.
 */
@NullMarked
package dev.perdure.torch;

import org.jspecify.annotations.NullMarked;
