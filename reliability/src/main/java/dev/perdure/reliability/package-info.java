/**
 * The mathematics of failure. Numbers in, numbers out: no clock, no I/O, no thread; times are given, and every function gives
 * the same answer for the same arguments.
 *
 * <ol>
 *   <li>{@link dev.perdure.reliability.PoissonProcess}, {@link dev.perdure.reliability.FailureCount},
 *       {@link dev.perdure.reliability.FailureRate}: how often things fail, with intervals ({@link
 *       dev.perdure.reliability.Interval}), from what was counted alone or with a prior.
 *       {@link dev.perdure.reliability.Lifetime}, {@link dev.perdure.reliability.ExponentialFit},
 *       {@link dev.perdure.reliability.WeibullFit}: how long they live.
 *   <li>{@link dev.perdure.reliability.CheckpointInterval}: Young's and Daly's; {@link dev.perdure.reliability.SegmentModel}:
 *       the best interval with everything in it, and the useful share of time; {@link dev.perdure.reliability.Goodput}: that
 *       beside a ledger.
 *   <li>{@link dev.perdure.reliability.Availability}, {@link dev.perdure.reliability.Redundancy},
 *       {@link dev.perdure.reliability.Capacity}: how many replicas, and what that gives.
 *   <li>{@link dev.perdure.reliability.HypothesisTests} for one look at data; {@link dev.perdure.reliability.AlphaSpending},
 *       {@link dev.perdure.reliability.SequentialRateTest}, {@link dev.perdure.reliability.AlwaysValidRateTest},
 *       {@link dev.perdure.reliability.AlwaysValidShareTest} for many. {@link dev.perdure.reliability.DistributionTests}, {@link
 *       dev.perdure.reliability.MeanDiscrepancy}: whether two samples are of one kind. {@link
 *       dev.perdure.reliability.Mahalanobis}: how far a single one lies from groups.
 *   <li>Detectors, each a value that takes an observation and gives its successor and a
 *       {@link dev.perdure.reliability.Verdict}, and states its {@link dev.perdure.reliability.FalseAlarms}:
 *       {@link dev.perdure.reliability.HeartbeatWatch}, {@link dev.perdure.reliability.ProgressWatch} (with
 *       {@link dev.perdure.reliability.Holdup}: who holds up whom), {@link dev.perdure.reliability.PeerWatch},
 *       {@link dev.perdure.reliability.LossWatch}, {@link dev.perdure.reliability.OutlierWatch} (slow storage),
 *       {@link dev.perdure.reliability.ErrorLogWatch}, {@link dev.perdure.reliability.ReplicaDigests}. They stand on
 *       {@link dev.perdure.reliability.RobustWindow}.
 *   <li>{@link dev.perdure.reliability.Diagnosis}: from {@link dev.perdure.reliability.Evidence} to chances of each
 *       {@link dev.perdure.reliability.FaultKind}, by the {@link dev.perdure.reliability.Likelihoods}.
 *   <li>{@link dev.perdure.reliability.RecoveryPlanner}: from there to a {@link dev.perdure.reliability.Decision}, the first
 *       {@link dev.perdure.reliability.Strategy} of the best {@link dev.perdure.reliability.RecoverySequence}, with what was
 *       learned ({@link dev.perdure.reliability.SuccessRates}, {@link dev.perdure.reliability.MeasuredCost}), within a
 *       {@link dev.perdure.reliability.RecoveryBudget}, avoiding the lemons of the {@link dev.perdure.reliability.Fleet}.
 *   <li>{@link dev.perdure.reliability.Plan}: {@link dev.perdure.reliability.Figure}s that answer {@link
 *       dev.perdure.reliability.PlanQuestions} from {@link dev.perdure.reliability.Experience}; {@link
 *       dev.perdure.reliability.MeanEstimate} for its times.
 * </ol>
 */
@NullMarked
package dev.perdure.reliability;

import org.jspecify.annotations.NullMarked;
