/**
 * The one program {@code perdure}.
 *
 * <ol>
 *   <li>{@link dev.perdure.cli.Perdure} lists the commands, and turns every error into one message and an exit code.
 *   <li>{@code TrainCommand} and {@code ResumeCommand} supervise a run in front of a person; {@code DemoCommand} kills one
 *       in plain sight, and then, by {@code DemoServing}, replicas that answer.
 *   <li>{@code Front} is what a person starts: it has {@code SuperviseCommand} at work in a process of its own and starts its
 *       successor when it dies. {@code WorkerCommand} is a process that trains; {@code LocalLauncher} starts them.
 *   <li>{@code ServeCommand} serves: {@code GatewaysOptions} say in which processes. {@code ServeParent} is what a person starts; it
 *       keeps a {@code GatewayPlace} for each gateway, which does what {@code GatewayCare} decides about a {@code GatewayProcess}
 *       ({@code GatewayLauncher}, {@code HeldPorts}, {@code AttentiveClock}, {@code LineTail}). {@code GatewayLife} makes a process a
 *       gateway, {@code ServeSession} is what it serves, {@code LocalReplicas} its replicas, {@code ReplicaRange} how many;
 *       one that starts beside others takes {@code Leftovers}.
 *   <li>{@code ServeFolder} is where they find each other: {@code ServedProcess}es, {@code ServeSetup}; {@code HeldFolder} has one
 *       parent, and an {@code OrdersFile} tells all gateways of {@code RepositoryOrders} of clients.
 *   <li>{@code HostCommand} keeps replicas for gateways of other hosts: {@code HostedReplicas} of {@code OfferedBundles}. {@code Hosts}
 *       are those that a gateway uses: {@code PlacedReplicas} spreads over {@code ReplicaPlace}s, which are {@code LocalReplicas} and
 *       {@code RemoteReplicas}.
 *   <li>{@code TerminalProgress} shows a run on the terminal: one live line, and lines that stay for what happened.
 *   <li>{@code ServeCommand} serves a folder of bundles: {@code ServeSession} is that from its first process to its last, {@code
 *       ModelWatch} sees what appears and vanishes meanwhile, and {@code RolloutRecords} keep what was decided about it. {@code
 *       Entrance} says who may come, {@code Observed} what is seen of it.
 *   <li>{@code CheckpointCommand} looks after a run's checkpoints; {@code BenchCommand} measures.
 * </ol>
 */
@NullMarked
package dev.perdure.cli;

import org.jspecify.annotations.NullMarked;
