package dev.perdure.oip;

import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.logging.RequestLog;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** What became of requests, by what was noted on the way and what the transport has seen. */
final class Ends {
    private static final String GRPC_STATUS = "grpc-status";

    private Ends() {}

    static Served served(ServiceRequestContext context, Noted noted, RequestLog log) {
        Optional<OipError> refused = noted.refused().map(OipException::error).or(() -> error(log));
        boolean isAnswered = refused.isEmpty()
                && log.responseCause() == null
                && log.responseHeaders().status().isSuccess();
        Served.End end =
                isAnswered ? Served.End.ANSWERED : refused.isPresent() ? Served.End.REFUSED : Served.End.ABANDONED;
        return new Served(
                Edge.isGrpc(context.request().headers()),
                Edge.operation(context),
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
        Optional<Status.Code> code = Optional.ofNullable(log.responseTrailers().get(GRPC_STATUS))
                .or(() -> Optional.ofNullable(log.responseHeaders().get(GRPC_STATUS)))
                .map(written -> Status.fromCodeValue(Integer.parseInt(written)).getCode());
        if (code.isPresent()) {
            return code.filter(known -> known != Status.Code.OK).map(OipError::of);
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
