package dev.perdure.wire;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.grpc.GrpcClients;
import dev.perdure.supervision.FromWorker;
import dev.perdure.wire.v1.SupervisorGrpc;
import dev.perdure.wire.v1.Wire;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A stream to a supervisor that says whatever a test makes it say. */
final class RawWorker implements StreamObserver<Wire.ToWorker>, AutoCloseable {
    private final EventLoopGroup loop = EventLoops.one("raw-worker");
    private final ClientFactory factory =
            ClientFactory.builder().workerGroup(loop, false).build();
    private final CompletableFuture<Status> status = new CompletableFuture<>();
    private final StreamObserver<Wire.FromWorker> said;

    RawWorker(SupervisorAddress address, String token) {
        said = GrpcClients.builder("gproto+h2c://127.0.0.1:" + address.port())
                .factory(factory)
                .responseTimeoutMillis(0)
                .setHeader("authorization", "Bearer " + token)
                .build(SupervisorGrpc.SupervisorStub.class)
                .talk(this);
    }

    RawWorker say(FromWorker message) {
        return say(FromWorkers.write(message));
    }

    RawWorker say(Wire.FromWorker message) {
        said.onNext(message);
        return this;
    }

    /** Waits for how the supervisor ends the stream. */
    Status end() throws Exception {
        return status.get(Heard.PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void onNext(Wire.ToWorker answer) {
        // only the end counts
    }

    @Override
    public void onError(Throwable cause) {
        status.complete(Status.fromThrowable(cause));
    }

    @Override
    public void onCompleted() {
        status.complete(Status.OK);
    }

    @Override
    public void close() {
        factory.close();
        EventLoops.end(loop);
    }
}
