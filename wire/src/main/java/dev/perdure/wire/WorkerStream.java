package dev.perdure.wire;

import com.google.protobuf.ByteString;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import dev.perdure.wire.v1.Wire;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The supervisor's end of one stream. It reads on the event loop; what it read is judged by the server's owner thread. */
final class WorkerStream implements StreamObserver<Wire.FromWorker> {
    private final ServiceRequestContext context;
    private final ServerCallStreamObserver<Wire.ToWorker> answers;
    private final Outbox<Wire.ToWorker> outbox;
    private final Consumer<Event> events;
    private boolean joined; // on the event loop
    private volatile @Nullable String why;

    /** The worker it speaks for once it was admitted; the owner thread's. */
    @Nullable
    WorkerId worker;

    /** What happens on a stream. */
    sealed interface Event {
        WorkerStream stream();

        /** A worker asks to be let in, and shows the secret of its life. */
        record Asked(WorkerStream stream, FromWorker.Join join, ByteString life) implements Event {}

        /** Something else was said. */
        record Said(WorkerStream stream, FromWorker message) implements Event {}

        /** The stream has ended. */
        record Ended(WorkerStream stream, String why) implements Event {}
    }

    WorkerStream(ServerCallStreamObserver<Wire.ToWorker> answers, WireSettings settings, Consumer<Event> events) {
        this.context = ServiceRequestContext.current();
        this.answers = answers;
        this.events = events;
        this.outbox = new Outbox<>(answers, settings.unsentMax());
        answers.disableAutoRequest();
        answers.setOnReadyHandler(outbox::drain);
        answers.setOnCancelHandler(() -> ended(BrokenStreams.why(context)));
        answers.request(settings.unreadMax());
    }

    @Override
    public void onNext(Wire.FromWorker received) {
        if (why != null) {
            return;
        }
        if (received.hasJoin() && received.getJoin().getProtocol() != FromWorkers.PROTOCOL) {
            end(
                    Status.FAILED_PRECONDITION,
                    "protocol: the worker's is %d, the supervisor's is %d (expected: the same). Start both from one build"
                            .formatted(received.getJoin().getProtocol(), FromWorkers.PROTOCOL));
        } else if (received.hasJoin() == joined) {
            end(
                    Status.INVALID_ARGUMENT,
                    joined ? "a second Join on one stream" : "%s before Join".formatted(received.getSaidCase()));
        } else {
            read(received);
        }
    }

    private void read(Wire.FromWorker received) {
        try {
            FromWorker message = FromWorkers.read(received);
            joined = true;
            events.accept(
                    message instanceof FromWorker.Join join
                            ? new Event.Asked(this, join, received.getJoin().getLife())
                            : new Event.Said(this, message));
        } catch (IllegalArgumentException e) {
            end(Status.INVALID_ARGUMENT, "malformed message: " + e.getMessage());
        }
    }

    @Override
    public void onError(Throwable cause) {
        ended(BrokenStreams.why(context));
    }

    @Override
    public void onCompleted() {
        ended("the worker closed the connection");
        outbox.complete();
    }

    private void ended(String reason) {
        if (why == null) {
            why = reason;
            events.accept(new Event.Ended(this, reason));
        }
        if (answers.isCancelled()) {
            outbox.ended();
        }
    }

    /** Lets the next message come, after the listener has heard one. */
    void heard() {
        answers.request(1);
    }

    /** Its worker has been admitted: from now on it may be silent for as long as it likes. */
    void admitted(WorkerId name) {
        worker = name;
        context.clearRequestTimeout();
    }

    boolean send(ToWorker message) {
        Outbox.Taken taken = outbox.offer(ToWorkers.write(message));
        if (taken == Outbox.Taken.FULL) {
            end(Status.RESOURCE_EXHAUSTED, "the worker does not read what it is told");
        }
        return taken == Outbox.Taken.TAKEN;
    }

    /** Ends the stream at once. */
    void end(Status status, String reason) {
        ended(reason);
        outbox.abort(status.withDescription(reason).asRuntimeException());
    }

    /** Ends the stream after everything has been written. */
    void complete(String reason) {
        ended(reason);
        outbox.complete();
    }
}
