/**
 * Programs to start from. The configurations beside this module are run by its tests as well.
 *
 * <ol>
 *   <li>{@link dev.perdure.examples.CheckpointsAlone}: the checkpoint library in a training loop of one's own, here over
 *       {@code LogisticRegression} in plain Java.
 *   <li>{@link dev.perdure.examples.ResidualNet}: a network written in Java, which {@code program.yaml} trains.
 *   <li>{@link dev.perdure.examples.SensorTable}: the formula behind {@code sensors/sensors.csv}, which {@code
 *       sensors.yaml} and {@code regression.yaml} learn from.
 * </ol>
 */
@NullMarked
package dev.perdure.examples;

import org.jspecify.annotations.NullMarked;
