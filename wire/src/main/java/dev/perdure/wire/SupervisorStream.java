package dev.perdure.wire;

import dev.perdure.supervision.ToWorker;
import dev.perdure.wire.v1.Wire;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A worker's end of one stream. It reads on the event loop, and leaves what it read to the client's owner thread. */
final class SupervisorStream implements ClientResponseObserver<Wire.FromWorker, Wire.ToWorker> {
    /** Answers that another attempt at the same supervisor cannot change. */
    private static final Set<Status.Code> FOR_GOOD =
            Set.of(Status.Code.FAILED_PRECONDITION, Status.Code.ALREADY_EXISTS);

    private final WireSettings settings;
    private final Consumer<Event> events;
    private @Nullable ClientCallStreamObserver<Wire.FromWorker> call;
    private @Nullable Outbox<Wire.FromWorker> outbox;

    /** Which supervisor it leads to. */
    final SupervisorAddress address;

    /** Whether the supervisor has said anything; the owner thread's. */
    boolean answered;

    /** What happens on a stream. */
    sealed interface Event {
        /** The supervisor said something. */
        record Said(SupervisorStream stream, ToWorker message) implements Event {}

        /** The stream has ended; {@code refused} when coming back would not help. */
        record Ended(SupervisorStream stream, boolean refused, String why) implements Event {}

        /** The client is being closed. */
        record Closing() implements Event {}
    }

    SupervisorStream(SupervisorAddress address, WireSettings settings, Consumer<Event> events) {
        this.address = address;
        this.settings = settings;
        this.events = events;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Wire.FromWorker> started) {
        call = started;
        outbox = new Outbox<>(started, settings.unsentMax());
        started.disableAutoRequestWithInitial(settings.unreadMax());
        started.setOnReadyHandler(outbox::drain);
    }

    private Outbox<Wire.FromWorker> outbox() {
        if (outbox == null) {
            throw new IllegalStateException("stream: not started");
        }
        return outbox;
    }

    @Override
    public void onNext(Wire.ToWorker received) {
        try {
            events.accept(new Event.Said(this, ToWorkers.read(received)));
        } catch (IllegalArgumentException e) {
            end("malformed message: " + e.getMessage());
        }
    }

    @Override
    public void onError(Throwable cause) {
        outbox().ended();
        Status status = Status.fromThrowable(cause);
        events.accept(new Event.Ended(this, FOR_GOOD.contains(status.getCode()), words(status)));
    }

    private static String words(Status status) {
        Throwable cause = status.getCause();
        String description = status.getDescription();
        return description != null ? description : status.getCode() + (cause == null ? "" : ": " + cause);
    }

    @Override
    public void onCompleted() {
        outbox().ended();
        events.accept(new Event.Ended(this, false, "the supervisor closed the connection"));
    }

    /** Lets the next message come, after the listener has heard one. */
    void heard() {
        if (call != null) {
            call.request(1);
        }
    }

    boolean send(Wire.FromWorker message) {
        return taken(outbox().offer(message));
    }

    void sendLatest(Wire.FromWorker message) {
        taken(outbox().offerLatest(message));
    }

    private boolean taken(Outbox.Taken taken) {
        if (taken == Outbox.Taken.FULL) {
            end("the supervisor does not read what it is told");
        }
        return taken == Outbox.Taken.TAKEN;
    }

    /** Ends the stream at once, which is then told as an event. */
    void end(String why) {
        if (call != null) {
            call.cancel(why, null);
        }
    }

    /** Ends the stream after everything has been written and heard, which is then told as an event. */
    void complete() {
        outbox().complete();
    }
}
