/**
 * Faults on purpose: plans as data, injectors for real processes, campaigns and their reports.
 *
 * <ol>
 *   <li>{@link dev.perdure.chaos.Fault}: everything that can be done to a training. {@link dev.perdure.chaos.Kinds}: what
 *       each really does, and how a plan says it.
 *   <li>{@link dev.perdure.chaos.FaultPlan}: faults with {@link dev.perdure.chaos.Who} and {@link dev.perdure.chaos.When}.
 *       {@link dev.perdure.chaos.Agenda}: a plan with every choice made, from a seed.
 *   <li>{@link dev.perdure.chaos.Saboteur}: what happens inside a worker, through the probe that training offers;
 *       {@code Network} and {@code Disk} are what it puts between the worker and the world.
 *   <li>{@code Injector}: what happens from outside, to processes and files, by {@link dev.perdure.chaos.Signals}. {@link dev.perdure.chaos.DataDamage}: what
 *       happens to data before anything trains on them.
 *   <li>{@link dev.perdure.chaos.Campaign}: trains a run under an agenda, with supervisors from a
 *       {@link dev.perdure.chaos.SupervisorLauncher}; a {@link dev.perdure.chaos.CampaignListener} watches.
 *       {@link dev.perdure.chaos.ChaosFolder}: what all processes of a campaign share.
 *   <li>{@link dev.perdure.chaos.Expectation}: what a supervisor ought to make of a fault. {@code Reckoning}: brings faults
 *       and incidents together. {@link dev.perdure.chaos.ChaosReport} and {@link dev.perdure.chaos.ChaosPage}: what is told.
 *   <li>The same for models that are served: {@link dev.perdure.chaos.ServeFault}, {@link dev.perdure.chaos.ServeKinds}, {@link
 *       dev.perdure.chaos.ServePlan}; {@link dev.perdure.chaos.ReplicaSaboteur} within a replica, with {@code Spoilable}, {@code
 *       OnnxWeights} and {@code Sockets}; {@code ServeInjector}, {@code BadClients} and {@link dev.perdure.chaos.BundleDamage}
 *       from outside, and {@link dev.perdure.chaos.OtherHost}, which can be cut off; {@link dev.perdure.chaos.ServeCampaign} on a {@link dev.perdure.chaos.ServedTarget}; {@code
 *       ServeExpectation} and {@code ServeReckoning}; {@link dev.perdure.chaos.ServeChaosReport} and {@link
 *       dev.perdure.chaos.ServeChaosPage}. A {@link dev.perdure.chaos.Kind} is of either.
 * </ol>
 */
@NullMarked
package dev.perdure.chaos;

import org.jspecify.annotations.NullMarked;
