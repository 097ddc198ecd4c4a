package dev.perdure.oip;

import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.common.util.DomainSocketAddress;
import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.ServerPort;
import com.linecorp.armeria.server.ServerTlsConfig;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.timeout.WriteTimeoutHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Speaks the protocol for a service: REST, gRPC and gRPC's health check, all at every address.
 *
 * <p>Whoever sends or takes too slowly is cut off within the settings' times. Closing refuses new
 * requests, lets those that are under way be answered, and then ends.
 */
public final class OipServer implements AutoCloseable {
    private static final long POLL_NANOS = 1_000_000;

    private final ExecutorService threads = newThreads();
    private final List<EventLoopGroup> acceptors = new CopyOnWriteArrayList<>();
    private final List<OipAddress> asked;
    private final Draining service;
    private final Server server;

    /**
     * Starts to listen.
     *
     * @param addresses where; a socket's file that nobody listens at is replaced
     * @throws IOException if that cannot be done
     */
    public OipServer(InferenceService service, OipServerSettings settings, List<OipAddress> addresses)
            throws IOException {
        this(service, settings, addresses, List.of(), _ -> {});
    }

    /**
     * Starts to listen, with pages beside the protocol's paths.
     *
     * @throws IOException if that cannot be done
     */
    public OipServer(InferenceService service, OipServerSettings settings, List<OipAddress> addresses, List<Page> pages)
            throws IOException {
        this(service, settings, addresses, pages, _ -> {});
    }

    /**
     * Starts to listen, with other services beside the protocol's.
     *
     * @param others adds them
     * @throws IOException if that cannot be done
     */
    public OipServer(
            InferenceService service,
            OipServerSettings settings,
            List<OipAddress> addresses,
            Consumer<ServerBuilder> others)
            throws IOException {
        this(service, settings, addresses, List.of(), others);
    }

    /**
     * Starts to listen, with pages and other services beside the protocol's.
     *
     * @param others adds them
     * @throws IOException if that cannot be done
     */
    public OipServer(
            InferenceService service,
            OipServerSettings settings,
            List<OipAddress> addresses,
            List<Page> pages,
            Consumer<ServerBuilder> others)
            throws IOException {
        this(service, settings, addresses, pages, others, OipEdge.OPEN);
    }

    /**
     * Starts to listen, with pages beside the protocol's paths, and something between the sockets and all of them.
     *
     * @throws IOException if that cannot be done
     */
    public OipServer(
            InferenceService service,
            OipServerSettings settings,
            List<OipAddress> addresses,
            List<Page> pages,
            OipEdge edge)
            throws IOException {
        this(service, settings, addresses, pages, _ -> {}, edge);
    }

    /**
     * The same, with other services beside those.
     *
     * @param others adds them
     * @throws IOException if that cannot be done
     */
    public OipServer(
            InferenceService service,
            OipServerSettings settings,
            List<OipAddress> addresses,
            List<Page> pages,
            Consumer<ServerBuilder> others,
            OipEdge edge)
            throws IOException {
        this.asked = List.copyOf(addresses);
        this.service = new Draining(service);
        ServerBuilder builder = Server.builder();
        for (OipAddress address : asked) {
            listen(builder, address, edge.tls().isPresent());
        }
        builder.meterRegistry(
                new CompositeMeterRegistry()); // nobody reads it; in a common one servers would get in each other's way
        builder.startStopExecutor(OipServer::startThread);
        builder.bossGroupFactory(this::acceptor);
        mount(builder, this.service, settings, threads);
        Pages.mount(builder, pages, settings, threads);
        others.accept(builder);
        if (!edge.isOpen()) {
            builder.decorator(new Edge(edge, threads));
        }
        edge.tls().ifPresent(tls -> encrypt(builder, tls));
        this.server = builder.build();
        try {
            server.start().join();
        } catch (RuntimeException e) {
            close();
            throw new IOException("cannot listen at %s".formatted(asked), e);
        }
    }

    /** In place of one thread for all servers, from whichever began the first: acceptors are as urgent as whoever starts them. */
    private static void startThread(Runnable task) {
        Thread.ofPlatform().daemon().name("server").start(task);
    }

    private EventLoopGroup acceptor(String name) {
        EventLoopGroup acceptor = EventLoopGroups.newEventLoopGroup(1, name);
        acceptors.add(acceptor);
        return acceptor;
    }

    /** Returns an executor with a virtual thread for each task, for {@link #mount}. */
    public static ExecutorService newThreads() {
        return Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("request-", 0).factory());
    }

    /**
     * Adds the protocol's services, limits and times to a server that has others as well. Their paths begin with {@code
     * /v2}; a more exact path of another service goes before.
     *
     * @param threads where the service is called
     */
    public static void mount(
            ServerBuilder builder, InferenceService service, OipServerSettings settings, Executor threads) {
        Duration stall = settings.stallMax();
        var rest = new RestService(service, settings, threads);
        builder.requestTimeout(settings.requestWithin())
                .maxRequestLength(settings.limits().bodyBytesMax())
                .idleTimeout(settings.idleMax())
                .maxNumConnections(settings.connectionsMax())
                .http2MaxStreamsPerConnection(settings.streamsMax())
                .gracefulShutdownTimeout(quiet(settings.drainWithin()), settings.drainWithin())
                .childChannelPipelineCustomizer(
                        pipeline -> pipeline.addFirst(new WriteTimeoutHandler(stall.toMillis(), TimeUnit.MILLISECONDS)))
                .errorHandler(new RestErrors())
                .decorator(new Pipelining())
                .service(grpc(service, settings, threads))
                .service("/v2", rest)
                .serviceUnder("/v2/", rest);
    }

    /** Returns how long nobody may be answered any more; without any, Armeria would not wait at all. */
    private static Duration quiet(Duration drainWithin) {
        Duration least = Duration.ofMillis(1);
        return drainWithin.compareTo(least) < 0 ? drainWithin : least;
    }

    private static GrpcService grpc(InferenceService service, OipServerSettings settings, Executor threads) {
        return GrpcService.builder()
                .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
                .addService(new GrpcInference(service, settings, threads))
                .addService(new GrpcHealth(service, threads))
                .maxRequestMessageLength(settings.limits().bodyBytesMax())
                .maxResponseMessageLength(settings.limits().bodyBytesMax())
                .decompressorRegistry(GrpcDeflate.registry())
                .useClientTimeoutHeader(true)
                .build();
    }

    private static void encrypt(ServerBuilder builder, OipEdge.Tls tls) {
        builder.tlsProvider(
                tls.certificates(),
                ServerTlsConfig.builder()
                        .clientAuth(tls.asksClients() ? ClientAuth.REQUIRE : ClientAuth.NONE)
                        .build());
    }

    private static void listen(ServerBuilder builder, OipAddress address, boolean isEncrypted) throws IOException {
        switch (address) {
            case OipAddress.Tcp tcp when isEncrypted -> builder.https(new InetSocketAddress(tcp.host(), tcp.port()));
            case OipAddress.Tcp tcp -> builder.http(new InetSocketAddress(tcp.host(), tcp.port()));
            case OipAddress.Unix unix -> {
                Files.deleteIfExists(unix.path());
                builder.http(DomainSocketAddress.of(unix.path()));
            }
        }
    }

    /** Where it listens, with the ports it got. */
    public List<OipAddress> addresses() {
        var listening = new ArrayList<OipAddress>();
        for (ServerPort port : server.activePorts().values()) {
            InetSocketAddress local = port.localAddress();
            listening.add(
                    local instanceof DomainSocketAddress socket
                            ? new OipAddress.Unix(Path.of(socket.path()))
                            : new OipAddress.Tcp(local.getHostString(), local.getPort()));
        }
        return listening;
    }

    /** Begins nothing new, waits for requests that are under way as long as the settings say, and ends. */
    @Override
    public void close() {
        service.begin();
        CompletableFuture<?> stopped = server.stop();
        // The last thing it does is to end its acceptors, which would hold this thread up for two seconds more.
        while (!stopped.isDone() && !acceptors.stream().allMatch(EventLoopGroup::isShuttingDown)) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        threads.shutdownNow();
        for (OipAddress address : asked) {
            if (address instanceof OipAddress.Unix unix) {
                unix.path().toFile().delete();
            }
        }
    }
}
