/**
 * The trainer that steps, alone or in a team, and the supervisors that keep it going.
 *
 * <ol>
 *   <li>{@link dev.perdure.training.RunConfig}: what a person wrote. {@link dev.perdure.training.RunFolder}: what a run
 *       leaves behind, {@link dev.perdure.training.Recipe} and {@link dev.perdure.training.RunReport} among it.
 *   <li>{@link dev.perdure.training.StepPlan}: which samples each step takes. {@link dev.perdure.training.TreeSum}: in
 *       which order gradients are added. Both pure.
 *   <li>{@link dev.perdure.training.StepComputer}: a step's gradient, or a member's share of it, microbatch by microbatch.
 *   <li>{@link dev.perdure.training.ExchangePlan}: who of a group sums what. {@link dev.perdure.training.GroupExchange}:
 *       shares become the whole, with the bits of one who is alone.
 *   <li>{@link dev.perdure.training.Trainer}: a trainer process from opening the data to the last durable checkpoint. It
 *       says {@link dev.perdure.training.TrainingEvent}s, and a {@link dev.perdure.training.Probe} may look on.
 *   <li>{@link dev.perdure.training.RunSupervisor}: starts trainers with a {@link dev.perdure.training.TrainerLauncher},
 *       listens, and does what {@link dev.perdure.training.RestartPolicy} decides. A
 *       {@link dev.perdure.training.RunListener} watches.
 *   <li>{@link dev.perdure.training.Worker}: one of several processes that train together; {@code Replica} is its copy of
 *       everything, {@code TrainingLoop} steps with its {@code Team}. It hears its supervisor over a
 *       {@link dev.perdure.training.WorkerLink}.
 *   <li>{@link dev.perdure.training.TeamSupervisor}: the shell around {@link dev.perdure.supervision.Supervision}, which
 *       decides; {@code Records} makes its facts durable, {@code WorkerProcesses} starts and ends workers.
 *       {@link dev.perdure.training.Vigilance}: how soon it gives a worker up.
 *   <li>{@link dev.perdure.training.ProgressFile} and {@link dev.perdure.training.SampleLedger}: every second and every
 *       sample is booked.
 *   <li>{@link dev.perdure.training.IncidentFeed}: what goes wrong, as it happens, for another process.
 * </ol>
 */
@NullMarked
package dev.perdure.training;

import org.jspecify.annotations.NullMarked;
