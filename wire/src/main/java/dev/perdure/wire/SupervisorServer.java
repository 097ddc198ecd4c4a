package dev.perdure.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.linecorp.armeria.common.Flags;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import dev.perdure.wire.v1.SupervisorGrpc;
import dev.perdure.wire.v1.Wire;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The supervisor's end: listens for workers, tells what they say in order on one thread, and sends them what they are to
 * do.
 *
 * <p>A stream begins with Join and belongs to its worker from then on; a message in another's name ends it, as does one
 * that cannot be read. {@link Roster} says who is let in. A worker that says more than the listener hears is held back:
 * at most {@link WireSettings#unreadMax} messages of each wait here.
 *
 * <p>What is lost: a connection that breaks may take the last things with it that either side said. Whoever comes back
 * says in its Join where it stands.
 */
public final class SupervisorServer implements AutoCloseable {
    private static final int IDLE_MILLIS_MAX = 30_000;

    private final WireSettings settings;
    private final EventLoopGroup loop = EventLoops.one("supervisor-wire");
    private final EventLoopGroup acceptor = EventLoops.one("supervisor-accepts");
    private final Set<WorkerStream> streams = ConcurrentHashMap.newKeySet();
    private final WorkerStreams owner;
    private final Server server;
    private final SupervisorAddress address;

    /** Hears what workers say. Everything is told by one thread, one thing after the other. */
    public interface Listener {
        /** A worker said something; Join, when it comes or comes back. Between Join and lost it is connected. */
        void said(WorkerId worker, FromWorker message);

        /** A worker's connection ended; nothing it said before will be told any more. */
        void lost(WorkerId worker, String why);
    }

    /**
     * Starts to listen, and then writes the address file.
     *
     * @param addressFile where workers look for their supervisor; its folder exists
     * @param bind where to listen, which is also what workers are told; port 0 for any that is free
     * @param epoch greater than that of every supervisor of this run before
     * @throws IOException if the file cannot be written
     * @throws IllegalStateException if a later supervisor's address stands in the file already
     * @throws java.util.concurrent.CompletionException if the port is taken
     */
    public SupervisorServer(
            Path addressFile, InetSocketAddress bind, long epoch, Listener listener, WireSettings settings)
            throws IOException {
        refuseWhenLate(addressFile, epoch);
        if (bind.isUnresolved() || bind.getAddress().isAnyLocalAddress()) {
            throw new IllegalArgumentException(
                    "bind: %s (expected: an address that workers can reach)".formatted(bind));
        }
        this.settings = settings;
        this.owner = new WorkerStreams(listener, streams::remove);
        String token = SupervisorAddress.newToken();
        this.server = server(bind, token);
        try {
            server.start().join();
            this.address = new SupervisorAddress(bind.getHostString(), server.activeLocalPort(), token, epoch);
            owner.start();
            address.write(addressFile);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private static void refuseWhenLate(Path file, long epoch) throws IOException {
        if (!Files.exists(file)) {
            return;
        }
        try {
            SupervisorAddress written = SupervisorAddress.read(file);
            if (written.epoch() >= epoch) {
                throw new IllegalStateException("epoch: %d (expected: > %d, which %s has). A successor took over"
                        .formatted(epoch, written.epoch(), file));
            }
        } catch (NoSupervisorException damaged) {
            // it is written anew
        }
    }

    private Server server(InetSocketAddress bind, String token) {
        ServerBuilder builder = Server.builder()
                .http(bind)
                .workerGroup(loop, false)
                .bossGroupFactory(name -> acceptor)
                .requestTimeout(settings.joinWithin())
                .maxRequestLength(0)
                .idleTimeoutMillis(
                        Math.max(IDLE_MILLIS_MAX, 2 * settings.silence().toMillis()))
                .pingInterval(settings.silence())
                .maxNumConnections(settings.streamsMax())
                .service(service())
                .decorator((delegate, context, request) -> admit(delegate, context, request, token));
        EventLoops.unacknowledgedMillisMax(Flags.transportType())
                .ifPresent(option -> builder.childChannelOption(
                        option, Math.toIntExact(2 * settings.silence().toMillis())));
        return builder.build();
    }

    private GrpcService service() {
        return GrpcService.builder()
                .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
                .addService(new Talking())
                .maxRequestMessageLength(settings.messageBytesMax())
                .maxResponseMessageLength(settings.messageBytesMax())
                .useClientTimeoutHeader(false)
                .exceptionHandler(BrokenStreams::note)
                .build();
    }

    private static HttpResponse admit(
            HttpService service, ServiceRequestContext context, HttpRequest request, String token) throws Exception {
        String shown = request.headers().get(HttpHeaderNames.AUTHORIZATION, "");
        return MessageDigest.isEqual(shown.getBytes(UTF_8), ("Bearer " + token).getBytes(UTF_8))
                ? service.serve(context, request)
                : HttpResponse.of(HttpStatus.UNAUTHORIZED);
    }

    private final class Talking extends SupervisorGrpc.SupervisorImplBase {
        @Override
        public StreamObserver<Wire.FromWorker> talk(StreamObserver<Wire.ToWorker> answers) {
            var stream = new WorkerStream((ServerCallStreamObserver<Wire.ToWorker>) answers, settings, owner::happened);
            streams.add(stream);
            if (streams.size() > settings.streamsMax()) {
                stream.end(Status.RESOURCE_EXHAUSTED, "streams: more than %d".formatted(settings.streamsMax()));
            }
            return stream;
        }
    }

    /** Where it listens. */
    public SupervisorAddress address() {
        return address;
    }

    /**
     * Tells a worker something, after what it was told before. Does not block.
     *
     * @return whether it is on its way; false when the worker is not connected
     */
    public boolean send(WorkerId worker, ToWorker message) {
        return owner.streamOf(worker).map(stream -> stream.send(message)).orElse(false);
    }

    /**
     * Closes a worker's connection, if there is one, after everything it was told has been written, and gives its name
     * free. To be called when the worker is known to have ended, or was told to: otherwise the names of all workers that
     * ever joined are kept.
     */
    public void forget(WorkerId worker) {
        owner.forget(worker);
    }

    /** How many things have happened that the listener has not heard yet. */
    int unheard() {
        return owner.unheard();
    }

    /** Stops listening, and closes all connections. No listener is called afterwards; the address file stays. */
    @Override
    public void close() {
        owner.close();
        streams.forEach(stream -> stream.end(Status.UNAVAILABLE, "the supervisor closed the connection"));
        // Ending the threads closes the port and every connection. Server.stop would do it in two seconds and not
        // fewer.
        EventLoops.end(acceptor);
        EventLoops.end(loop);
    }
}
