/**
 * A process that answers: models of bundles, opened by a framework, asked in batches. It speaks the Open Inference Protocol, and
 * beside it a service of its own by which it is watched and told what to load.
 *
 * <ol>
 *   <li>{@link dev.perdure.replica.ReplicaServer}: loads, unloads, answers, says how it is. {@link
 *       dev.perdure.replica.ReplicaSettings} with {@link dev.perdure.replica.BatchLimits} say how many and how long; {@link
 *       dev.perdure.replica.LoadRefusedException} why a bundle is not served.
 *   <li>{@link dev.perdure.replica.ReplicaClient}: the other end. It tells each {@link dev.perdure.replica.Heartbeat} with the
 *       {@link dev.perdure.replica.ModelState} of every model, and at once when the replica is gone.
 *   <li>{@link dev.perdure.replica.ServedBundle}: bundles as frameworks open them, and whether their answers are the golden ones
 *       ({@link dev.perdure.replica.GoldenSamples}).
 *   <li>{@link dev.perdure.replica.Parentage}: when a process is an orphan; {@link dev.perdure.replica.ProcessId}: which life of a
 *       process is meant.
 *   <li>{@link dev.perdure.replica.Hosting}: a host that keeps replicas for gateways of other hosts; {@link
 *       dev.perdure.replica.HostServer} and {@link dev.perdure.replica.HostClient} are the two ends of the wire to it.
 *   <li>{@link dev.perdure.replica.ReplicaProbe}: how tests and fault injection reach inside.
 * </ol>
 *
 * <p>Inside: {@code Batcher} decides which requests are computed together and when; {@code BatchQueue} keeps them, and {@code
 * Instances} compute them ({@code BatchMemory}: many requests' tensors as one, and back). {@code HostedModel} is one model that
 * answers, {@code HostedModels} all of them as a service, {@code ModelLoader} makes one of a bundle. {@code ControlService} and
 * {@code Messages} are the service beside the protocol, {@code HostingMessages} what hosts are asked. {@code ParentWatch} looks for the one that it works for.
 */
@NullMarked
package dev.perdure.replica;

import org.jspecify.annotations.NullMarked;
