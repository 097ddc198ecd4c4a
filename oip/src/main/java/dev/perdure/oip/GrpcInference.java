package dev.perdure.oip;

import com.linecorp.armeria.server.ServiceRequestContext;
import dev.perdure.oip.v2.GRPCInferenceServiceGrpc;
import dev.perdure.oip.v2.Oip;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;

/** The protocol over gRPC: each request is answered on a thread of its own. */
final class GrpcInference extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    private static final Metadata.Key<String> PUSHBACK =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

    private final InferenceService service;
    private final OipServerSettings settings;
    private final Executor threads;

    GrpcInference(InferenceService service, OipServerSettings settings, Executor threads) {
        this.service = service;
        this.settings = settings;
        this.threads = threads;
    }

    /** Answers with what a function gives, or with why there is nothing. */
    private <A> void answer(StreamObserver<A> answers, Function<Call, A> function) {
        ServiceRequestContext context = ServiceRequestContext.current();
        Call call = Calls.of(context, settings);
        threads.execute(() -> {
            try {
                answers.onNext(function.apply(call));
                answers.onCompleted();
            } catch (RuntimeException | Error e) {
                refuse(answers, Noted.of(context).refused(Calls.answer(e)));
            }
        });
    }

    private static void refuse(StreamObserver<?> answers, OipException refused) {
        var trailers = new Metadata();
        refused.retryAfter().ifPresent(after -> trailers.put(PUSHBACK, Long.toString(after.toMillis())));
        Status status = Status.fromCode(refused.error().code()).withDescription(refused.reason());
        answers.onError(status.asRuntimeException(trailers));
    }

    @Override
    public void serverLive(Oip.ServerLiveRequest request, StreamObserver<Oip.ServerLiveResponse> answers) {
        answer(
                answers,
                _ -> Oip.ServerLiveResponse.newBuilder().setLive(service.live()).build());
    }

    @Override
    public void serverReady(Oip.ServerReadyRequest request, StreamObserver<Oip.ServerReadyResponse> answers) {
        answer(
                answers,
                _ -> Oip.ServerReadyResponse.newBuilder()
                        .setReady(service.ready())
                        .build());
    }

    @Override
    public void modelReady(Oip.ModelReadyRequest request, StreamObserver<Oip.ModelReadyResponse> answers) {
        answer(
                answers,
                _ -> Oip.ModelReadyResponse.newBuilder()
                        .setReady(service.ready(ModelId.of(request.getName(), request.getVersion())))
                        .build());
    }

    @Override
    public void serverMetadata(Oip.ServerMetadataRequest request, StreamObserver<Oip.ServerMetadataResponse> answers) {
        answer(answers, _ -> GrpcAnswers.writeServer(service.metadata()));
    }

    @Override
    public void modelMetadata(Oip.ModelMetadataRequest request, StreamObserver<Oip.ModelMetadataResponse> answers) {
        answer(
                answers,
                _ -> GrpcAnswers.writeModel(service.metadata(ModelId.of(request.getName(), request.getVersion()))));
    }

    @Override
    public void modelInfer(Oip.ModelInferRequest received, StreamObserver<Oip.ModelInferResponse> answers) {
        ServiceRequestContext context = ServiceRequestContext.current();
        answer(answers, call -> {
            Noted noted = Noted.of(context);
            InferRequest request = GrpcRequests.read(received, settings.limits());
            noted.asked(request.model(), request.id());
            InferResponse response = service.infer(request, Calls.boundedBy(call, request, context));
            noted.answered(response);
            return GrpcResponses.write(response);
        });
    }

    @Override
    public StreamObserver<Oip.ModelInferRequest> modelStreamInfer(
            StreamObserver<Oip.ModelStreamInferResponse> answers) {
        refuse(
                answers,
                new OipException(
                        OipError.UNSUPPORTED, "ModelStreamInfer: not supported by this server. Use ModelInfer"));
        return new Unheard<>();
    }

    @Override
    public void modelConfig(Oip.ModelConfigRequest request, StreamObserver<Oip.ModelConfigResponse> answers) {
        answer(
                answers,
                _ -> GrpcAnswers.writeConfig(service.config(ModelId.of(request.getName(), request.getVersion()))));
    }

    @Override
    public void modelStatistics(
            Oip.ModelStatisticsRequest request, StreamObserver<Oip.ModelStatisticsResponse> answers) {
        answer(
                answers,
                _ -> GrpcAnswers.writeStatistics(service.statistics(
                        request.getName().isEmpty()
                                ? Optional.empty()
                                : Optional.of(ModelId.of(request.getName(), request.getVersion())))));
    }

    @Override
    public void repositoryIndex(
            Oip.RepositoryIndexRequest request, StreamObserver<Oip.RepositoryIndexResponse> answers) {
        answer(answers, _ -> GrpcAnswers.writeIndex(service.index(request.getReady())));
    }

    @Override
    public void repositoryModelLoad(
            Oip.RepositoryModelLoadRequest request, StreamObserver<Oip.RepositoryModelLoadResponse> answers) {
        ServiceRequestContext context = ServiceRequestContext.current();
        answer(answers, call -> {
            Noted.of(context).asked(ModelId.of(request.getModelName()), "");
            var parameters = GrpcParameters.readRepository(request.getParametersMap(), settings.limits());
            String model = ModelId.of(request.getModelName()).name();
            return Audited.change(context, model, () -> {
                service.load(model, parameters, call);
                return Oip.RepositoryModelLoadResponse.getDefaultInstance();
            });
        });
    }

    @Override
    public void repositoryModelUnload(
            Oip.RepositoryModelUnloadRequest request, StreamObserver<Oip.RepositoryModelUnloadResponse> answers) {
        ServiceRequestContext context = ServiceRequestContext.current();
        answer(answers, call -> {
            Noted.of(context).asked(ModelId.of(request.getModelName()), "");
            var parameters = GrpcParameters.readRepository(request.getParametersMap(), settings.limits());
            String model = ModelId.of(request.getModelName()).name();
            return Audited.change(context, model, () -> {
                service.unload(model, parameters, call);
                return Oip.RepositoryModelUnloadResponse.getDefaultInstance();
            });
        });
    }

    /** Takes what is said on a stream that was refused. */
    private static final class Unheard<M> implements StreamObserver<M> {
        @Override
        public void onNext(M message) {}

        @Override
        public void onError(Throwable cause) {}

        @Override
        public void onCompleted() {}
    }
}
