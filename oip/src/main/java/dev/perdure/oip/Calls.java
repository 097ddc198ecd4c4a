package dev.perdure.oip;

import com.linecorp.armeria.common.util.TimeoutMode;
import com.linecorp.armeria.server.ServiceRequestContext;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a transport knows of a request, for the service behind it. */
final class Calls {
    private static final Logger LOG = LoggerFactory.getLogger(OipServer.class);

    /** How long after the deadline the service's own answer is waited for. */
    private static final Duration GRACE = Duration.ofMillis(250);

    private Calls() {}

    /** Returns the call, to be made on the request's event loop. */
    static Call of(ServiceRequestContext context, OipServerSettings settings) {
        long millis = context.requestTimeoutMillis();
        Duration within = millis > 0 ? Duration.ofMillis(millis) : settings.requestWithin();
        Noted noted = Noted.of(context);
        return new Call(
                Deadline.in(within),
                name -> Optional.ofNullable(context.request().headers().get(name)),
                String.valueOf(context.remoteAddress()),
                noted.client(),
                Optional.of(noted.trace()),
                context.whenRequestCancelling());
    }

    /** Has the request answered without its service when that goes on far beyond the deadline. */
    static Call boundedBy(Call call, InferRequest request, ServiceRequestContext context) {
        return request.timeout()
                .map(timeout -> {
                    Call bounded = call.notAfter(Deadline.in(timeout));
                    Duration left = bounded.deadline().left().plus(GRACE);
                    context.setRequestTimeout(TimeoutMode.SET_FROM_NOW, left);
                    return bounded;
                })
                .orElse(call);
    }

    /** Returns what to answer; what nobody foresaw is written to the log and told as no more than that. */
    static OipException answer(Throwable failure) {
        if (failure instanceof OipException known) {
            return known;
        }
        LOG.error("a request failed unforeseen", failure);
        return new OipException(OipError.INTERNAL, "internal error (expected: none). The server's log says more");
    }
}
