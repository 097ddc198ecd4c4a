/**
 * What {@code perdure bench} measures. Figures of one run are compared with each other, never with another day's.
 *
 * <ol>
 *   <li>{@link dev.perdure.benchmarks.TrainBench}: steps a second, and what microbatches cost.
 *   <li>{@link dev.perdure.benchmarks.CheckpointBench}: stall, durability, restore, against memcpy and raw files.
 *   <li>{@link dev.perdure.benchmarks.SupervisorBench}: what thousands of workers cost their supervisor;
 *       {@link dev.perdure.benchmarks.SimulatedWorkers} is the process that plays them.
 *   <li>{@link dev.perdure.benchmarks.OpenLoad}: requests on schedule, each answer judged; {@link
 *       dev.perdure.benchmarks.KnownAnswers} has requests and what is right, {@link dev.perdure.benchmarks.Verdict} is what became
 *       of one, {@code LoadCounts} counts them.
 *   <li>{@link dev.perdure.benchmarks.Distribution}: how figures are spread.
 * </ol>
 */
@NullMarked
package dev.perdure.benchmarks;

import org.jspecify.annotations.NullMarked;
