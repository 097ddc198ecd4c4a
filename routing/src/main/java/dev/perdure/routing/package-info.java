/**
 * Which replica answers which request, and what is done when one fails. Everything here is decided by values and functions
 * of them: no clock, thread, socket or disk; chance comes in through the constructor.
 *
 * <ol>
 *   <li>{@link dev.perdure.routing.Event} and {@link dev.perdure.routing.Command}: all that can happen to the requests and
 *       replicas of a model, and all that is to be done. {@link dev.perdure.routing.Routing}: what follows from what; a
 *       gateway feeds it and does what it says. {@link dev.perdure.routing.Notice}: what people and metrics are told.
 *   <li>{@link dev.perdure.routing.Health}: whether one replica should be sent requests; the transition table stands above
 *       it. {@link dev.perdure.routing.Finding}: what can be wrong with it, and how bad that is.
 *       {@link dev.perdure.routing.Vitals} judges its signs of life, {@code Peers} its latency against the others',
 *       {@code TruthPairs} what is reported about its answers,
 *       {@link dev.perdure.routing.Load} is what it has to do, {@link dev.perdure.routing.PeakEwma} how long it takes.
 *   <li>{@link dev.perdure.routing.Fleet}: all replicas of a version, by {@link dev.perdure.routing.FleetEvent} and
 *       {@link dev.perdure.routing.FleetCommand}; {@code FleetRound} is one event's way through it, {@code Watch}
 *       finds what only time shows, less what a machine that is busy excuses ({@code Pace}: how late things are), and {@link
 *       dev.perdure.routing.Scaling} says how many are wanted.
 *   <li>{@link dev.perdure.routing.Choice}: which of several {@link dev.perdure.routing.Candidate}s;
 *       {@link dev.perdure.routing.HedgeBudget}: how often a second one.
 *   <li>{@link dev.perdure.routing.Request}: what was asked ({@link dev.perdure.routing.Ask}), of whom
 *       ({@link dev.perdure.routing.Attempt}), down which {@link dev.perdure.routing.Tier}s, and what is
 *       {@link dev.perdure.routing.Next}. {@code Requests} drives those under way, {@code Comparisons} has a sample
 *       computed twice, {@link dev.perdure.routing.Quarantine} knows which items end replicas, by the {@link
 *       dev.perdure.routing.Evidence} of each end; {@code Suspicion} brings that to wherever else they are.
 *   <li>{@link dev.perdure.routing.Admission}: who is let in, by {@link dev.perdure.routing.ConcurrencyLimit},
 *       {@code Throughput}, {@link dev.perdure.routing.Clients} with a {@link dev.perdure.routing.TokenBucket} each, and
 *       {@link dev.perdure.routing.RequestLimits}. {@link dev.perdure.routing.Status}: why not.
 *   <li>{@link dev.perdure.routing.Placement}: on which host a replica lives.
 *   <li>{@link dev.perdure.routing.Rollout}: whether a new version takes over, by evidence, at a stated chance of error.
 * </ol>
 */
@NullMarked
package dev.perdure.routing;

import org.jspecify.annotations.NullMarked;
