/**
 * The contract with machine-learning frameworks: take a microbatch, give a gradient; give your state, take it back;
 * predict.
 *
 * <ol>
 *   <li>{@link dev.perdure.engine.Engine} opens a {@link dev.perdure.engine.TrainingPlan}.
 *   <li>The plan says what is trained: {@link dev.perdure.engine.ModelSpec} ({@link dev.perdure.engine.Layer}s, a
 *       program, a TorchScript file), {@link dev.perdure.engine.Loss}, {@link dev.perdure.engine.OptimizerSpec}.
 *   <li>{@link dev.perdure.engine.TrainableModel} is what comes of it: a {@link dev.perdure.engine.Microbatch} gives a
 *       {@link dev.perdure.engine.Gradient}, the sum of all is applied.
 *   <li>{@link dev.perdure.engine.Collectives}: how those who train together meet; {@link dev.perdure.engine.Collective}:
 *       what they then exchange, until a {@link dev.perdure.engine.CollectiveFailedException} says that one is gone. {@link
 *       dev.perdure.engine.MemoryCollectives} are those of one process.
 *   <li>{@link dev.perdure.engine.Predictors} open a {@link dev.perdure.engine.ServedModel}, written as a {@link
 *       dev.perdure.engine.ServedProgram} between {@link dev.perdure.engine.Port}s, for those who only predict; {@link
 *       dev.perdure.engine.Predictor} is what answers. {@link dev.perdure.engine.CheckedPredictor} is what all of them have
 *       in common ({@code Ports}, {@code Staging}, {@code CallCount}).
 *   <li>What goes wrong then is one of four: {@link dev.perdure.engine.UnusableModelException}, {@link
 *       dev.perdure.engine.WrongTensorException}, {@link dev.perdure.engine.PredictorClosedException}, {@link
 *       dev.perdure.engine.PredictionFailedException}.
 *   <li>{@link dev.perdure.engine.LearningRate}: the rate as a pure function of the step.
 *   <li>{@link dev.perdure.engine.Shapes}: what a network makes of a sample's shape, found before anything is loaded.
 *   <li>{@link dev.perdure.engine.ModelSettings}, {@link dev.perdure.engine.OptimizerSettings} and
 *       {@link dev.perdure.engine.LearningRateSettings} read all of this from a configuration and write it back as
 *       canonical text.
 * </ol>
 */
@NullMarked
package dev.perdure.engine;

import org.jspecify.annotations.NullMarked;
