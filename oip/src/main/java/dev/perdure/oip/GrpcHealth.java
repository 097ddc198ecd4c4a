package dev.perdure.oip;

import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.Executor;

/** gRPC's own health check: the server as a whole, and the inference service by name, are one thing. */
final class GrpcHealth extends HealthGrpc.HealthImplBase {
    private static final Set<String> KNOWN = Set.of("", "inference.GRPCInferenceService");

    private final InferenceService service;
    private final Executor threads;

    GrpcHealth(InferenceService service, Executor threads) {
        this.service = service;
        this.threads = threads;
    }

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> answers) {
        if (!KNOWN.contains(request.getService())) {
            answers.onError(Status.NOT_FOUND
                    .withDescription(
                            "service: '%s' (expected: one of %s)".formatted(Texts.shown(request.getService()), KNOWN))
                    .asRuntimeException());
            return;
        }
        threads.execute(() -> {
            answers.onNext(HealthCheckResponse.newBuilder().setStatus(status()).build());
            answers.onCompleted();
        });
    }

    private ServingStatus status() {
        try {
            return service.live() && service.ready() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        } catch (RuntimeException e) {
            Calls.answer(e);
            return ServingStatus.NOT_SERVING;
        }
    }
}
