/**
 * What tests of every module share: contract suites, and fakes written by hand.
 *
 * <ol>
 *   <li>{@link dev.perdure.testkit.ObjectStoreContract}: the promises of an object store, for each backend to keep.
 *   <li>{@link dev.perdure.testkit.FaultyObjectStore}: a store of which one operation goes wrong, in the way and at the
 *       moment that a {@link dev.perdure.testkit.FaultPlan} says ({@link dev.perdure.testkit.Fault} lists the ways); {@link
 *       dev.perdure.testkit.SimulatedCrash} is how the process dies in it.
 *   <li>{@link dev.perdure.testkit.EngineContract} and {@link dev.perdure.testkit.CollectiveContract}: the promises of an
 *       engine, and of those who step together.
 *   <li>{@link dev.perdure.testkit.OipContract}: the promises of a server of the Open Inference Protocol, wherever it
 *       listens; {@link dev.perdure.testkit.OipHttp} speaks with it as its clients do.
 *   <li>{@link dev.perdure.testkit.PostgresServer}: a real PostgreSQL for as long as the tests run; {@link
 *       dev.perdure.testkit.Certificates}: certificates that nobody has used before; {@link dev.perdure.testkit.SmallDisk}: a
 *       disk that is soon full; {@link dev.perdure.testkit.ToClose}: what ends with a test.
 * </ol>
 */
@NullMarked
package dev.perdure.testkit;

import org.jspecify.annotations.NullMarked;
