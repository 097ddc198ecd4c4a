/**
 * Who trains what, and what is done when something fails.
 *
 * <ol>
 *   <li>{@link dev.perdure.supervision.FromWorker} and {@link dev.perdure.supervision.ToWorker}: everything that workers
 *       and their supervisor say to each other, each on one page.
 *   <li>{@link dev.perdure.supervision.Generation}: who is in, who computes which microbatches, and where they begin.
 *   <li>{@link dev.perdure.supervision.Event}, {@link dev.perdure.supervision.Command} and
 *       {@link dev.perdure.supervision.Fact}: what happens to a supervisor, what it has done, and what outlives it.
 *   <li>{@link dev.perdure.supervision.Supervision}: what follows from what. The transition table stands above it;
 *       {@link dev.perdure.supervision.Stage} is where a run is.
 *   <li>{@code Grouping} makes generations, {@code Lineup} chooses their members, {@code Watch} finds what only time
 *       shows, {@code Peers} who is slow, {@code Staffing} launches.
 *   <li>{@code Casualties} turns what was found into decisions: {@code Recoveries} says what could be done and what it costs
 *       by {@code Costs}, {@code Counsel} asks the planner, {@code Trials} sees whether it helped.
 *   <li>{@code Witnesses} finds states that differ, {@code Trust} knows what can be built on, and {@code Numbers} has
 *       everyone go back to that when numbers are wrong. {@link dev.perdure.supervision.Trusted} outlives a supervisor.
 *       {@code Divergences} and {@link dev.perdure.supervision.Adjustment}: when it is the recipe that is wrong.
 *   <li>{@link dev.perdure.supervision.Failure} and {@link dev.perdure.supervision.Incident}: what can be wrong, and what
 *       is told of it. {@link dev.perdure.supervision.Suspicion} judges a worker by its signs of life,
 *       {@link dev.perdure.supervision.Precedents} is what earlier runs taught.
 *   <li>{@link dev.perdure.supervision.Patience} and {@link dev.perdure.supervision.Budgets}: what ends every wait and
 *       every loop. {@link dev.perdure.supervision.Outcome}: how it ends.
 * </ol>
 */
@NullMarked
package dev.perdure.supervision;

import org.jspecify.annotations.NullMarked;
