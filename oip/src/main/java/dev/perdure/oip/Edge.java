package dev.perdure.oip;

import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.logging.RequestLog;
import com.linecorp.armeria.server.DecoratingHttpServiceFunction;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What every request passes first, whatever service it is for: its trace is answered, and its end told. */
final class Edge implements DecoratingHttpServiceFunction {
    private static final String GRPC_STATUS = "grpc-status";

    private final Consumer<Served> told;

    Edge(Consumer<Served> told) {
        this.told = told;
    }

    @Override
    public HttpResponse serve(HttpService service, ServiceRequestContext context, HttpRequest request)
            throws Exception {
        Noted noted = Noted.of(context);
        context.mutateAdditionalResponseHeaders(
                headers -> headers.set(Trace.PARENT, noted.trace().parent()));
        var _ = context.log().whenComplete().thenAccept(log -> told.accept(served(context, noted, log)));
        return service.serve(context, request);
    }

    static boolean isGrpc(RequestHeaders headers) {
        MediaType type = headers.contentType();
        return type != null && type.subtype().startsWith("grpc");
    }

    static Operation operation(ServiceRequestContext context) {
        return Operation.of(isGrpc(context.request().headers()), context.method().name(), context.path());
    }

    private static Served served(ServiceRequestContext context, Noted noted, RequestLog log) {
        Optional<OipError> refused = noted.refused().map(OipException::error).or(() -> error(log));
        boolean isAnswered = refused.isEmpty()
                && log.responseCause() == null
                && log.responseHeaders().status().isSuccess();
        Served.End end = isAnswered
                ? Served.End.ANSWERED
                : refused.isPresent() ? Served.End.REFUSED : Served.End.ABANDONED;
        return new Served(
                isGrpc(context.request().headers()),
                operation(context),
                noted.model(),
                noted.requestId(),
                noted.trace(),
                noted.client(),
                end,
                refused,
                noted.refused()
                        .map(OipException::reason)
                        .orElseGet(() -> refused.map(OipError::name).orElse("")),
                noted.parameters(),
                Duration.ofNanos(log.totalDurationNanos()));
    }

    /** Returns why there is no result when it was not a service that refused. */
    private static Optional<OipError> error(RequestLog log) {
        @Nullable String code = log.responseTrailers().get(GRPC_STATUS, log.responseHeaders().get(GRPC_STATUS));
        if (code != null && !code.equals("0")) {
            return Optional.of(OipError.of(Status.fromCodeValue(Integer.parseInt(code)).getCode()));
        }
        HttpStatus status = log.responseHeaders().status();
        return status.isError()
                ? Arrays.stream(OipError.values())
                        .filter(error -> error.httpStatus() == status.code())
                        .findFirst()
                        .or(() -> Optional.of(status.isClientError() ? OipError.INVALID : OipError.INTERNAL))
                : Optional.empty();
    }
}
