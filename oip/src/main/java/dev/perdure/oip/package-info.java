/**
 * The Open Inference Protocol, version 2: what a request is, how it is written, and both ends of it. No routing, no model.
 *
 * <ol>
 *   <li>{@link dev.perdure.oip.InferRequest}, {@link dev.perdure.oip.InferResponse} and {@link dev.perdure.oip.Tensor}
 *       ({@link dev.perdure.oip.Datatype}, {@link dev.perdure.oip.Parameter}, {@link dev.perdure.oip.RequestedOutput}): what
 *       is asked and answered, as values over memory that nobody copies.
 *   <li>{@link dev.perdure.oip.InferenceService}: what stands behind a server, with {@link dev.perdure.oip.Call} (deadline,
 *       headers), {@link dev.perdure.oip.OipException} ({@link dev.perdure.oip.OipError}) for what has no result, and what
 *       servers and models say of themselves ({@link dev.perdure.oip.ModelMetadata}, {@link
 *       dev.perdure.oip.ModelConfig}, {@link dev.perdure.oip.ModelStatistics}, {@link
 *       dev.perdure.oip.RepositoryEntry}). {@link dev.perdure.oip.MemoryModels} is one, and {@link
 *       dev.perdure.oip.SampleModels} has the models that the conformance suite asks.
 *   <li>{@link dev.perdure.oip.HttpBody}: JSON and binary data of HTTP; {@link dev.perdure.oip.BytesElements} and {@link
 *       dev.perdure.oip.Classification} write what is neither. {@link dev.perdure.oip.OipLimits}: how much of it is taken.
 *   <li>{@link dev.perdure.oip.OipServer}: REST, gRPC and gRPC's health check, at {@link dev.perdure.oip.OipAddress}es, and
 *       {@link dev.perdure.oip.Page}s of whoever has more to say over HTTP. {@link dev.perdure.oip.SharedPorts}: the same
 *       ports for several processes. {@link dev.perdure.oip.OipEdge} stands before all of them: what was asked ({@link dev.perdure.oip.Operation}) and what became of it ({@link
 *       dev.perdure.oip.Served}) is told there, and which {@link dev.perdure.oip.Trace} it is part of;
 *       {@link dev.perdure.oip.Access} decides by the {@link dev.perdure.oip.Right} that is needed, and {@link
 *       dev.perdure.oip.Audit} keeps every {@link dev.perdure.oip.AdminAction}.
 *   <li>{@link dev.perdure.oip.OipClient}: sends requests and tells by an {@link dev.perdure.oip.Outcome} what became of
 *       each. {@link dev.perdure.oip.MultiplexServer}: for one's own processes, all requests of a client over one stream, answered
 *       by an {@link dev.perdure.oip.Inference} that holds no thread. {@link dev.perdure.oip.PageClient} asks for pages.
 * </ol>
 *
 * <p>Inside: {@code RestRoute} decides what a path asks, {@code JsonRequest} and {@code JsonData} read strangers' JSON,
 * {@code Grpc…} the messages of {@code grpc_service.proto}.
 */
@NullMarked
package dev.perdure.oip;

import org.jspecify.annotations.NullMarked;
