package dev.perdure.wire;

import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.ClientFactoryBuilder;
import com.linecorp.armeria.client.grpc.GrpcClients;
import com.linecorp.armeria.common.Flags;
import com.linecorp.armeria.common.HttpHeaderNames;
import dev.perdure.wire.v1.SupervisorGrpc;
import io.netty.channel.EventLoopGroup;
import io.netty.resolver.DefaultAddressResolverGroup;

/** Opens streams to supervisors, wherever they are. */
final class Dialling implements AutoCloseable {
    private static final int CONNECT_MILLIS_MAX = 1_000;
    private static final int IDLE_MILLIS_MAX = 10_000;

    private final WireSettings settings;
    private final EventLoopGroup loop = EventLoops.one("worker-wire");
    private final ClientFactory factory;

    Dialling(WireSettings settings) {
        this.settings = settings;
        ClientFactoryBuilder builder = ClientFactory.builder()
                .workerGroup(loop, false)
                .addressResolverGroupFactory(_ -> DefaultAddressResolverGroup.INSTANCE)
                .connectTimeoutMillis(CONNECT_MILLIS_MAX)
                .idleTimeoutMillis(
                        Math.max(IDLE_MILLIS_MAX, 2 * settings.silence().toMillis()))
                .pingInterval(settings.silence());
        EventLoops.unacknowledgedMillisMax(Flags.transportType())
                .ifPresent(option -> builder.channelOption(
                        option, Math.toIntExact(2 * settings.silence().toMillis())));
        this.factory = builder.build();
    }

    /** Begins to connect; the stream tells what came of it. */
    void dial(SupervisorStream stream) {
        SupervisorAddress address = stream.address;
        SupervisorGrpc.SupervisorStub supervisor = GrpcClients.builder(
                        "gproto+h2c://%s:%d/".formatted(inUri(address.host()), address.port()))
                .factory(factory)
                .responseTimeoutMillis(0)
                .maxResponseLength(0)
                .maxRequestMessageLength(settings.messageBytesMax())
                .maxResponseMessageLength(settings.messageBytesMax())
                .setHeader(HttpHeaderNames.AUTHORIZATION, "Bearer " + address.token())
                .build(SupervisorGrpc.SupervisorStub.class);
        supervisor.talk(stream);
    }

    private static String inUri(String host) {
        return host.contains(":") ? "[" + host + "]" : host;
    }

    @Override
    public void close() {
        factory.close();
        EventLoops.end(loop);
    }
}
