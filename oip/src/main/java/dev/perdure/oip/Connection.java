package dev.perdure.oip;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ClientFactoryBuilder;
import com.linecorp.armeria.client.ConnectionPoolListener;
import com.linecorp.armeria.client.Endpoint;
import com.linecorp.armeria.client.grpc.GrpcClientBuilder;
import com.linecorp.armeria.client.grpc.GrpcClients;
import com.linecorp.armeria.common.Flags;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.util.DomainSocketAddress;
import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.common.util.TransportType;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.netty.util.AttributeMap;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** A connection to one server, made when it is first needed and again after it broke. */
final class Connection implements AutoCloseable {
    private static final String USER_TIMEOUT = "io.netty.channel.epoll.EpollChannelOption#TCP_USER_TIMEOUT";

    private final EventLoopGroup loop;
    private final ClientFactory factory;
    private final GrpcClientBuilder stubs;

    Connection(OipAddress address, OipClientSettings settings, Runnable lost) {
        this.loop = EventLoopGroups.newEventLoopGroup(
                1, task -> Thread.ofPlatform().daemon().name("oip-client").unstarted(task));
        ClientFactoryBuilder builder = ClientFactory.builder()
                .workerGroup(loop, false)
                .addressResolverGroupFactory(_ -> DefaultAddressResolverGroup.INSTANCE)
                .connectTimeout(settings.connectWithin())
                .idleTimeoutMillis(0)
                .connectionPoolListener(new Losses(lost));
        if (address instanceof OipAddress.Tcp && !settings.silence().isZero()) {
            noticeSilence(builder, Math.toIntExact(settings.silence().toMillis()));
        }
        settings.tls().ifPresent(builder::tlsProvider);
        this.factory = builder.build();
        this.stubs = GrpcClients.builder(settings.tls().isPresent() ? "gproto+h2" : "gproto+h2c", endpoint(address))
                .factory(factory)
                .responseTimeoutMillis(0)
                .maxResponseLength(0)
                .maxRequestMessageLength(MultiplexServer.messageBytesMax(settings.limits()))
                .maxResponseMessageLength(MultiplexServer.messageBytesMax(settings.limits()));
    }

    private static void noticeSilence(ClientFactoryBuilder builder, int millis) {
        builder.pingIntervalMillis(millis);
        if (Flags.transportType() == TransportType.EPOLL) {
            builder.channelOption(ChannelOption.<Integer>valueOf(USER_TIMEOUT), 2 * millis);
        }
    }

    static Endpoint endpoint(OipAddress address) {
        return switch (address) {
            case OipAddress.Tcp tcp -> Endpoint.of(tcp.host(), tcp.port());
            case OipAddress.Unix unix -> DomainSocketAddress.of(unix.path()).asEndpoint();
        };
    }

    /** Returns a way for requests over one stream of this connection. */
    Multiplexing multiplexing(OipLimits limits) {
        return new Multiplexing(loop.next(), stubs, limits);
    }

    <S> S stub(Class<S> kind) {
        return stubs.build(kind);
    }

    @Override
    public void close() {
        factory.close();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    /** Tells when a connection that was there is not any more. */
    private record Losses(Runnable lost) implements ConnectionPoolListener {
        @Override
        public void connectionOpen(
                SessionProtocol protocol, InetSocketAddress remote, InetSocketAddress local, AttributeMap attributes) {}

        @Override
        @SuppressWarnings("deprecation") // its successor cannot be implemented without it
        public void connectionClosed(
                SessionProtocol protocol, InetSocketAddress remote, InetSocketAddress local, AttributeMap attributes) {
            lost.run();
        }
    }
}
