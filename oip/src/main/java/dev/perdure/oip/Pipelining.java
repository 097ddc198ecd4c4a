package dev.perdure.oip;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Requests of one HTTP/1 connection that are under way: from {@value #MAX} on nothing more is read from it, until one of them has
 * been answered and the answer has left. Whoever asks on and on and reads nothing so waits for itself; HTTP/2 has a limit of its own.
 */
final class Pipelining implements DecoratingHttpServiceFunction {
    private static final int MAX = 16;
    private static final AttributeKey<AtomicInteger> UNDER_WAY = AttributeKey.valueOf(Pipelining.class, "underWay");

    @Override
    public HttpResponse serve(HttpService service, ServiceRequestContext context, HttpRequest request)
            throws Exception {
        if (!context.sessionProtocol().isMultiplex()) {
            bound(context);
        }
        return service.serve(context, request);
    }

    private static void bound(ServiceRequestContext context) {
        Channel channel =
                context.log().ensureAvailable(RequestLogProperty.SESSION).channel();
        if (channel == null) {
            return;
        }
        AtomicInteger underWay = underWay(channel);
        if (underWay.incrementAndGet() == MAX) {
            channel.config().setAutoRead(false);
        }
        var _ = context.log().whenComplete().thenAccept(_ -> {
            if (underWay.getAndDecrement() == MAX) {
                channel.config().setAutoRead(true);
            }
        });
    }

    private static AtomicInteger underWay(Channel channel) {
        var known = channel.attr(UNDER_WAY);
        known.setIfAbsent(new AtomicInteger());
        return known.get();
    }
}
