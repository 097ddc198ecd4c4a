package dev.perdure.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import com.linecorp.armeria.common.RequestContext;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;

/** Why a stream broke, in words. */
final class BrokenStreams {
    private static final AttributeKey<Throwable> CAUSE = AttributeKey.valueOf(BrokenStreams.class, "CAUSE");

    private BrokenStreams() {}

    /** Notes what went wrong below the stream, for {@link #why}; leaves the status as it would be. */
    static @Nullable Status note(RequestContext context, Status status, Throwable cause, Metadata metadata) {
        context.setAttr(CAUSE, cause);
        return null;
    }

    static String why(ServiceRequestContext context) {
        Throwable cause = context.attr(CAUSE);
        if (cause == null) {
            return context.isTimedOut() ? "no Join in time" : "the connection broke";
        }
        for (Throwable deeper = cause; deeper != null; deeper = deeper.getCause()) {
            if (deeper instanceof InvalidProtocolBufferException) {
                return "malformed message: " + deeper.getMessage();
            }
        }
        return Status.fromThrowable(cause).getCode() == Status.Code.RESOURCE_EXHAUSTED
                ? "message too long: " + cause.getMessage()
                : "the connection broke: " + cause;
    }
}
