package dev.perdure.wire;

import io.grpc.stub.CallStreamObserver;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be written on one stream, in order. Nothing in it blocks: a message is handed to the stream when the one
 * before has left, and waits here until then.
 *
 * @param <M> messages
 */
final class Outbox<M> {
    /** How many messages are handed over at once; the stream says only when all of them have left. */
    private static final int BATCH = 64;

    private final CallStreamObserver<M> stream;
    private final int waitingMax;
    private final Queue<M> waiting = new ArrayDeque<>();
    private @Nullable M latest;
    private boolean draining;
    private boolean closing;
    private boolean closed;

    Outbox(CallStreamObserver<M> stream, int waitingMax) {
        this.stream = stream;
        this.waitingMax = waitingMax;
    }

    /** What became of a message. */
    enum Taken {
        /** It leaves in its turn, unless the stream breaks. */
        TAKEN,
        /** Nothing can be said on this stream any more. */
        CLOSED,
        /** Too many wait already: the other side does not read. */
        FULL
    }

    synchronized Taken offer(M message) {
        if (closing) {
            return Taken.CLOSED;
        }
        if (waiting.size() >= waitingMax) {
            return Taken.FULL;
        }
        waiting.add(message);
        drain();
        return Taken.TAKEN;
    }

    /** Takes a message that makes the one that was last offered so worthless; if that still waits, it is left out. */
    @SuppressWarnings("ReferenceEquality") // that very message, not one that says the same
    synchronized Taken offerLatest(M message) {
        if (latest != null && !waiting.isEmpty()) {
            waiting.removeIf(other -> other == latest);
        }
        latest = message;
        return offer(message);
    }

    /**
     * Hands over what the stream has room for; to be called when it becomes ready. A stream may become ready, and call
     * this, within {@code onNext}: then the loop that is under way goes on.
     */
    synchronized void drain() {
        if (draining) {
            return;
        }
        draining = true;
        try {
            while (!closed && !waiting.isEmpty() && stream.isReady()) {
                hand();
            }
            if (closing && !closed && waiting.isEmpty()) {
                closed = true;
                stream.onCompleted();
            }
        } finally {
            draining = false;
        }
    }

    private void hand() {
        for (int handed = 0; handed < BATCH && !waiting.isEmpty(); handed++) {
            stream.onNext(waiting.remove());
        }
    }

    /** Ends the stream in good order once everything has been written. */
    synchronized void complete() {
        if (!closing) {
            closing = true;
            drain();
        }
    }

    /** Ends the stream at once; what waits is dropped. */
    synchronized void abort(Throwable why) {
        closing = true;
        waiting.clear();
        if (!closed) {
            closed = true;
            stream.onError(why);
        }
    }

    /** The stream has ended by itself; what waits is dropped. */
    synchronized void ended() {
        closing = true;
        closed = true;
        waiting.clear();
    }
}
