/**
 * What clients talk to: it owns every request until it is answered, and keeps the replicas that answer. No model engine is in
 * it, and none can be seen from it.
 *
 * <ol>
 *   <li>{@link dev.perdure.gateway.Gateway}: the service behind the protocol's server, of {@link
 *       dev.perdure.gateway.ServedVersion}s, by {@link dev.perdure.gateway.GatewaySettings}. {@link
 *       dev.perdure.gateway.VersionOrder} says which version is the newest, {@link dev.perdure.gateway.AnswerTier} who
 *       answered, and {@link dev.perdure.gateway.GatewayListener} hears what happens ({@link
 *       dev.perdure.gateway.ModelLook}). {@link dev.perdure.gateway.GatewayMetrics} makes figures of it: {@code ModelMeter} of
 *       what was decided, {@code ModelGauges} of how it stands, both by {@code Meters}. {@link dev.perdure.gateway.LookedFigures}
 *       makes more, each a {@code Figure} on a {@code FigureBoard}, of what is counted for pages anyhow: {@code SafeguardFigures},
 *       {@code VersionFigures}.
 *   <li>{@link dev.perdure.gateway.Safeguards}: what stands around the models. {@code InputWatch} looks at inputs by {@link
 *       dev.perdure.gateway.TrainingInputs}: {@code VersionGuard} judges each ({@link dev.perdure.gateway.GuardReport}), {@code
 *       DriftWatch} has a thread that sees with {@code VersionDrift} whether they drift ({@link
 *       dev.perdure.gateway.DriftLook}). {@code KnownGood} remembers what replicas answered, by what {@code Remembering}
 *       tells it. {@code SafeguardPages} says all that over HTTP, as {@code PageJson}.
 *   <li>{@link dev.perdure.gateway.ReplicaHost}: starts processes that answer, wherever; written by whoever knows how.
 *   <li>{@link dev.perdure.gateway.ModelRepository}: where versions come from while a gateway serves. {@link
 *       dev.perdure.gateway.RolloutSettings} say how a newer one takes over, and a {@link
 *       dev.perdure.gateway.RolloutReport} where it is.
 *   <li>{@code ServedModel}: which {@code Versions} of a model there are. A {@code Deployment} is one that replicas answer
 *       for; {@code Deployments} are all that may still be named.
 *   <li>{@code Trial}: a newer version until it takes over or goes; {@code TrialRun} gives it requests, and {@code Copies} of
 *       them, and tells it what they show. {@code Reading} reads outputs for what versions have in common.
 *   <li>{@code Outcomes}: truths that are reported later, joined by {@code AnswerMemory} with the {@code Prediction} that was
 *       given, counted in {@code LiveQuality}, and told to trials and to the health of the replica that answered.
 *   <li>{@code GatewayPages}, {@code RepositoryIndex} and {@code JsonTree}: all of that for people and programs that ask.
 *   <li>{@code ModelDesk}: one thread for each model, with all that {@link dev.perdure.routing.Routing} decides; told of
 *       everything in a queue, it does what follows. {@code Flight} is a request until it is forgotten, {@code Attempts} are
 *       what is sent of it to replicas, {@code Reply} is what becomes of it, and {@code Replies} puts that together. {@code
 *       Told} translates between the words of those who decide and those of the protocol.
 *   <li>{@code Asks} reads requests, {@code Answers} puts answers together, {@code Rows} takes items out of batches.
 *   <li>{@code Replicas}: the processes' lives; {@code GoldenProbe} asks what the bundle knows the answer to, {@code
 *       Comparing} whether two replicas agree, {@code Finite} looks for numbers that are none. {@code Ending} ends them all.
 *       {@code Tally} counts.
 * </ol>
 */
@NullMarked
package dev.perdure.gateway;

import org.jspecify.annotations.NullMarked;
