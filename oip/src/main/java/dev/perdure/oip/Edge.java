package dev.perdure.oip;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.util.DomainSocketAddress;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every request passes first, whatever service it is for: whether it may is decided before its body is read, its trace is
 * answered, and its end told.
 */
final class Edge implements DecoratingHttpServiceFunction {
    private static final Logger LOG = LoggerFactory.getLogger(OipServer.class);

    private final OipEdge edge;
    private final Executor threads;

    /** @param threads where what blocks is done */
    Edge(OipEdge edge, Executor threads) {
        this.edge = edge;
        this.threads = threads;
    }

    @Override
    public HttpResponse serve(HttpService service, ServiceRequestContext context, HttpRequest request)
            throws Exception {
        Noted noted = Noted.of(context);
        edge.audit().ifPresent(noted::audit);
        context.mutateAdditionalResponseHeaders(
                headers -> headers.set(Trace.PARENT, noted.trace().parent()));
        edge.told().ifPresent(told -> {
            var _ = context.log()
                    .whenComplete()
                    .thenAccept(log -> told.accept(Ends.served(context, noted, log)))
                    .exceptionally(Edge::untold);
        });
        try {
            Access.Verdict verdict = verdict(context);
            verdict.client().ifPresent(noted::client);
            if (verdict.refused().isPresent()) {
                return refused(context, verdict.refused().get());
            }
        } catch (OipException stranger) {
            return RestErrors.refusal(context, stranger);
        }
        return service.serve(context, request);
    }

    private static @Nullable Void untold(Throwable failure) {
        LOG.error("the end of a request was not told", failure);
        return null;
    }

    private HttpResponse refused(ServiceRequestContext context, OipException why) {
        if (right(context) == Right.ADMIN) {
            edge.audit()
                    .ifPresent(
                            audit -> threads.execute(() -> audit.refused(Audited.action(context, ""), why.reason())));
        }
        return RestErrors.refusal(context, why);
    }

    /**
     * Returns who asks, when it may; by its certificate where nothing else need be shown. Whoever can open a socket's file of this
     * machine keeps this process, and may always ask whether it lives.
     */
    private Access.Verdict verdict(ServiceRequestContext context) {
        if (operation(context) == Operation.HEALTH && context.localAddress() instanceof DomainSocketAddress) {
            return Access.Verdict.OPEN;
        }
        return edge.access().isPresent()
                ? edge.access()
                        .get()
                        .admit(
                                operation(context),
                                right(context),
                                name -> Optional.ofNullable(
                                        context.request().headers().get(name)))
                : new Access.Verdict(certified(context.sslSession()), Optional.empty());
    }

    /** Returns the common name of the certificate that a client has shown. */
    private static Optional<String> certified(@Nullable SSLSession session) {
        if (session == null) {
            return Optional.empty();
        }
        try {
            return new LdapName(session.getPeerPrincipal().getName())
                    .getRdns().stream()
                            .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
                            .map(Rdn::getValue)
                            .map(Object::toString)
                            .findFirst();
        } catch (SSLPeerUnverifiedException | InvalidNameException _) {
            return Optional.empty();
        }
    }

    static boolean isGrpc(RequestHeaders headers) {
        MediaType type = headers.contentType();
        return type != null && type.subtype().startsWith("grpc");
    }

    static Operation operation(ServiceRequestContext context) {
        return Noted.of(context)
                .operation(() -> Operation.of(
                        isGrpc(context.request().headers()), context.method().name(), context.path()));
    }

    /** Returns what is needed; what is neither the protocol's nor a page needs all. */
    private static Right right(ServiceRequestContext context) {
        Operation operation = operation(context);
        Pages pages = operation == Operation.OTHER ? context.config().service().as(Pages.class) : null;
        return pages == null ? operation.right() : pages.right(context.method().name());
    }
}
