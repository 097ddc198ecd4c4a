package dev.perdure.replica;

import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.grpc.GrpcService;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipEdge;
import dev.perdure.oip.OipServer;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.replica.v1.HostingGrpc;
import dev.perdure.replica.v1.HostingWire;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where gateways of other hosts ask a {@link Hosting}. Beside that it speaks the Open Inference Protocol, of no model: so it can
 * be asked whether it lives.
 */
public final class HostServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostServer.class);

    private final ExecutorService threads = Executors.newCachedThreadPool(
            task -> Thread.ofPlatform().daemon().name("host").unstarted(task));
    private final OipServer server;

    /**
     * Begins to listen.
     *
     * @param edge with TLS, if any is spoken
     * @throws IOException if that cannot be done
     */
    public HostServer(Hosting host, OipAddress address, OipEdge edge) throws IOException {
        this.server = new OipServer(
                new HostedModels(ReplicaProbe.NONE),
                OipServerSettings.DEFAULT,
                List.of(address),
                List.of(),
                builder -> mount(builder, host),
                edge);
    }

    private void mount(ServerBuilder builder, Hosting host) {
        builder.service(GrpcService.builder()
                .addService(new Service(host))
                .useClientTimeoutHeader(false)
                .build());
    }

    /** Where it listens, with the port it got. */
    public OipAddress address() {
        return server.addresses().getFirst();
    }

    @Override
    public void close() {
        server.close();
        threads.shutdown();
    }

    /** Starting a process takes time, and native code in it, so each call has a thread of the platform. */
    private final class Service extends HostingGrpc.HostingImplBase {
        private final Hosting host;

        Service(Hosting host) {
            this.host = host;
        }

        @Override
        public void look(HostingWire.LookRequest request, StreamObserver<HostingWire.LookResponse> answers) {
            answer("look", answers, () -> HostingMessages.write(host.look(request.getOwner())));
        }

        @Override
        public void start(HostingWire.StartRequest request, StreamObserver<HostingWire.StartResponse> answers) {
            answer("start", answers, () -> {
                try {
                    host.start(
                            request.getOwner(),
                            request.getId(),
                            request.getNumber(),
                            HostingMessages.read(request.getBundle()));
                    return HostingWire.StartResponse.getDefaultInstance();
                } catch (Hosting.RefusedException e) {
                    return HostingWire.StartResponse.newBuilder()
                            .setRefused(String.valueOf(e.getMessage()))
                            .build();
                }
            });
        }

        @Override
        public void stop(HostingWire.StopRequest request, StreamObserver<HostingWire.StopResponse> answers) {
            answer("stop", answers, () -> {
                host.stop(request.getOwner(), request.getId(), request.getKill());
                return HostingWire.StopResponse.getDefaultInstance();
            });
        }

        private <A> void answer(String what, StreamObserver<A> answers, Supplier<A> answering) {
            threads.execute(() -> {
                try {
                    answers.onNext(answering.get());
                    answers.onCompleted();
                } catch (RuntimeException | Error e) {
                    LOG.error("{} failed unforeseen", what, e);
                    answers.onError(Status.INTERNAL
                            .withDescription("internal error (expected: none). The host's log says more")
                            .asRuntimeException());
                }
            });
        }
    }
}
