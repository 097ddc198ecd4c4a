package dev.perdure.oip;

import com.linecorp.armeria.client.ResponseTimeoutException;
import com.linecorp.armeria.client.UnprocessedRequestException;
import com.linecorp.armeria.common.util.Exceptions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tells from an exception of the transport what became of a request. */
final class Outcomes {
    private static final Metadata.Key<String> PUSHBACK =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);

    private Outcomes() {}

    static Outcome of(Throwable thrown) {
        Throwable failure = Exceptions.peel(thrown);
        if (among(failure, UnprocessedRequestException.class)) {
            return new Outcome.NotSent(words(failure));
        }
        if (!(failure instanceof StatusRuntimeException answer)) {
            return new Outcome.NoAnswer(words(failure));
        }
        Status status = answer.getStatus();
        if (status.getCode() == Status.Code.DEADLINE_EXCEEDED || among(failure, ResponseTimeoutException.class)) {
            return new Outcome.Late();
        }
        boolean ofTheTransport = status.getCause() != null;
        return ofTheTransport
                ? new Outcome.NoAnswer(words(failure))
                : new Outcome.Refused(refusal(status, answer.getTrailers()));
    }

    /** Tells what became of all requests of a stream that ended. */
    static Outcome ofAll(Throwable thrown) {
        return of(thrown) instanceof Outcome.NotSent notSent
                ? notSent
                : new Outcome.NoAnswer(words(Exceptions.peel(thrown)));
    }

    private static OipException refusal(Status status, @Nullable Metadata trailers) {
        OipError error = OipError.of(status.getCode());
        String reason = Optional.ofNullable(status.getDescription())
                .orElse(status.getCode().name());
        return pushback(trailers)
                .map(after -> OipException.retryAfter(error, reason, after))
                .orElseGet(() -> new OipException(error, reason));
    }

    private static Optional<Duration> pushback(@Nullable Metadata trailers) {
        return Optional.ofNullable(trailers)
                .map(some -> some.get(PUSHBACK))
                .filter(millis -> millis.matches("[0-9]{1,9}"))
                .map(millis -> Duration.ofMillis(Long.parseLong(millis)));
    }

    private static boolean among(Throwable failure, Class<? extends Throwable> kind) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (kind.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the innermost cause's words, which say more than the wrappers'. */
    private static String words(Throwable failure) {
        Throwable innermost = failure;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        return innermost.getClass().getSimpleName()
                + Optional.ofNullable(innermost.getMessage())
                        .map(message -> ": " + Texts.shown(message, 300))
                        .orElse("");
    }
}
