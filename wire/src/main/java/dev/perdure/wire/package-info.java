/**
 * What supervisor and workers say to each other, over gRPC: one stream per worker, in both directions.
 *
 * <ol>
 *   <li>{@link dev.perdure.wire.SupervisorAddress}: the file in which workers find their supervisor, and the secret that
 *       lets them in.
 *   <li>{@link dev.perdure.wire.SupervisorServer}: the supervisor's end. It says who said what and who was lost, in
 *       order, on one thread.
 *   <li>{@link dev.perdure.wire.SupervisorClient}: a worker's end. It says what the supervisor said, keeps up heartbeats,
 *       and comes back to whoever listens when the connection breaks.
 *   <li>{@link dev.perdure.wire.WireSettings}: how large, how many, how long.
 *   <li>{@link dev.perdure.wire.ManyWorkers}: thousands of workers that are only streams, to measure with.
 * </ol>
 *
 * <p>Inside: {@code FromWorkers} and {@code ToWorkers} write and read messages ({@code wire.proto}), {@code Members} who
 * is in a generation, {@code Roster} decides which stream speaks for which worker, {@code Outbox} holds what waits to be written.
 */
@NullMarked
package dev.perdure.wire;

import org.jspecify.annotations.NullMarked;
