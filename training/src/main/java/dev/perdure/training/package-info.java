/**
 * The workers that step, and the supervisor that keeps them going.
 *
 * <ol>
 *   <li>{@link dev.perdure.training.RunConfig}: what a person wrote. {@link dev.perdure.training.RunFolder}: what a run
 *       leaves behind, {@link dev.perdure.training.Recipe} and {@link dev.perdure.training.RunReport} among it.
 *   <li>{@link dev.perdure.training.StepPlan}: which samples each step takes. {@link dev.perdure.training.TreeSum}: in
 *       which order gradients are added. Both pure.
 *   <li>{@link dev.perdure.training.StepComputer}: a step's gradient, or a member's share of it, microbatch by microbatch.
 *   <li>{@link dev.perdure.training.ExchangePlan}: who of a group sums what. {@link dev.perdure.training.GroupExchange}:
 *       shares become the whole, with the bits of one who is alone.
 *   <li>{@link dev.perdure.training.Worker}: one of the processes that train a model, alone or together; {@code Replica} is
 *       its copy of everything, {@code TrainingLoop} steps with its {@code Team}. It says
 *       {@link dev.perdure.training.TrainingEvent}s ({@code Dispatches} tells them beside the steps), hears its supervisor over a
 *       {@link dev.perdure.training.WorkerLink}, and a {@link dev.perdure.training.Probe} may look on.
 *   <li>{@link dev.perdure.training.TeamSupervisor}: the shell around {@link dev.perdure.supervision.Supervision}, which
 *       decides; {@code LeaseClaim} asks for the right to be it, {@code Records} makes its facts durable in the registry that
 *       {@code RunRegistry} opens,
 *       {@code WorkerProcesses} starts and ends workers. A {@link dev.perdure.training.RunListener} watches;
 *       {@link dev.perdure.training.Following} lets others look on. {@link dev.perdure.training.Vigilance}: how soon a worker is
 *       given up. {@link dev.perdure.training.IncidentFeed}: what goes wrong, as it happens, for another process.
 *   <li>{@link dev.perdure.training.EarlyStopping}, {@link dev.perdure.training.Guard}: when to stop, and what to worry about;
 *       decided by {@code BestSoFar} and {@code GuardCriteria}, which are pure. {@link dev.perdure.training.Folds}: runs of a
 *       cross-validation, and {@link dev.perdure.training.FoldsReport} what came of them.
 *   <li>{@link dev.perdure.training.ProgressFile} and {@link dev.perdure.training.SampleLedger}: every second and every
 *       sample is booked.
 *   <li>{@link dev.perdure.training.RunHistory}: what runs teach about failures, for {@link dev.perdure.reliability.Plan};
 *       {@link dev.perdure.training.PlanReport}, {@link dev.perdure.training.PlanPage}: a plan for people and programs.
 * </ol>
 */
@NullMarked
package dev.perdure.training;

import org.jspecify.annotations.NullMarked;
