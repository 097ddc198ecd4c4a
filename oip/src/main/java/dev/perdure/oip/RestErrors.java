package dev.perdure.oip;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.lang.foreign.ValueLayout;
import java.net.URLEncoder;
import org.jspecify.annotations.Nullable;

/** Answers over HTTP without a result: a status, and {@code {"error": "reason"}} whoever refused. */
final class RestErrors implements ServerErrorHandler {

    static HttpResponse response(ServiceRequestContext context, Throwable failure) {
        return aggregated(Noted.of(context).refused(foreseen(failure))).toHttpResponse();
    }

    private static OipException foreseen(Throwable thrown) {
        Throwable failure = Exceptions.peel(thrown);
        return switch (failure) {
            case ContentTooLargeException large ->
                OipException.tooLarge(
                        "bytes of the body",
                        Math.max(large.contentLength(), large.transferred()),
                        large.maxContentLength());
            case RequestTimeoutException _ ->
                new OipException(OipError.LATE, "no answer within the request's time (expected: one)");
            default -> Calls.answer(failure);
        };
    }

    private static AggregatedHttpResponse aggregated(OipException refused) {
        ResponseHeadersBuilder headers = ResponseHeaders.builder(
                        HttpStatus.valueOf(refused.error().httpStatus()))
                .contentType(MediaType.JSON);
        if (refused.error() == OipError.UNAUTHENTICATED) {
            headers.set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        }
        refused.retryAfter()
                .ifPresent(after -> headers.set(
                        HttpHeaderNames.RETRY_AFTER,
                        Long.toString(Math.max(1, after.plusMillis(999).toSeconds()))));
        return AggregatedHttpResponse.of(headers.build(), body(refused.reason()));
    }

    /** Returns the answer to a request that may not pass, as its transport has it. */
    static HttpResponse refusal(ServiceRequestContext context, OipException why) {
        if (!Edge.isGrpc(context.request().headers())) {
            return response(context, why);
        }
        Noted.of(context).refused(why);
        return HttpResponse.of(ResponseHeaders.builder(HttpStatus.OK)
                .contentType(MediaType.parse("application/grpc+proto"))
                .set("grpc-status", Integer.toString(why.error().code().value()))
                .set("grpc-message", URLEncoder.encode(why.reason(), UTF_8).replace("+", "%20"))
                .build());
    }

    private static HttpData body(String reason) {
        return HttpData.wrap(JsonAnswers.error(reason).toArray(ValueLayout.JAVA_BYTE));
    }

    @Override
    public @Nullable HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
        Throwable failure = Exceptions.peel(cause);
        if (failure instanceof RequestTimeoutException) {
            var _ = context.initiateConnectionShutdown(0); // it may still be sending, byte by byte
        }
        return failure instanceof HttpStatusException
                        || Edge.isGrpc(context.request().headers())
                ? null
                : response(context, failure);
    }

    @Override
    public AggregatedHttpResponse renderStatus(
            @Nullable ServiceRequestContext context,
            ServiceConfig config,
            @Nullable RequestHeaders headers,
            HttpStatus status,
            @Nullable String description,
            @Nullable Throwable cause) {
        String reason = description == null ? status.reasonPhrase() : description;
        return AggregatedHttpResponse.of(
                ResponseHeaders.builder(status).contentType(MediaType.JSON).build(),
                body("HTTP %d: %s".formatted(status.code(), Texts.shown(reason, 300))));
    }
}
