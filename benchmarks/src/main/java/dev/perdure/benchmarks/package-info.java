/**
 * What {@code perdure bench} measures. Figures of one run are compared with each other, never with another day's.
 *
 * <ol>
 *   <li>{@link dev.perdure.benchmarks.TrainBench}: steps a second, and what microbatches cost.
 *   <li>{@link dev.perdure.benchmarks.CheckpointBench}: stall, durability, restore, against memcpy and raw files.
 * </ol>
 */
@NullMarked
package dev.perdure.benchmarks;

import org.jspecify.annotations.NullMarked;
