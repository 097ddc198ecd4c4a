package dev.perdure.wire;

import com.google.protobuf.ByteString;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.WorkerId;
import dev.perdure.wire.WorkerStream.Event;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that judges what happens on all streams, and tells the listener. Its queue is bounded by what the
 * streams may have unread.
 */
final class WorkerStreams {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerStreams.class);

    private final SupervisorServer.Listener listener;
    private final Consumer<WorkerStream> ended;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Roster<ByteString, WorkerStream> roster = new Roster<>();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("supervisor-hears").unstarted(this::run);
    private volatile boolean closed;

    WorkerStreams(SupervisorServer.Listener listener, Consumer<WorkerStream> ended) {
        this.listener = listener;
        this.ended = ended;
    }

    void start() {
        thread.start();
    }

    /** Takes note of what happened; any thread may call it. */
    void happened(Event event) {
        events.add(event);
    }

    int unheard() {
        return events.size();
    }

    Optional<WorkerStream> streamOf(WorkerId worker) {
        return roster.streamOf(worker);
    }

    void forget(WorkerId worker) {
        roster.forget(worker);
        streamOf(worker).ifPresent(stream -> stream.complete("the supervisor closed the connection"));
    }

    private void run() {
        while (!closed) {
            try {
                judge(events.take());
            } catch (InterruptedException e) {
                return; // closed
            } catch (RuntimeException e) {
                LOG.error("The listener failed; the next message is told to it all the same", e);
            }
        }
    }

    private void judge(Event event) {
        switch (event) {
            case Event.Asked asked -> admit(asked);
            case Event.Said said -> hear(said.stream(), said.message());
            case Event.Ended gone -> remove(gone.stream(), gone.why());
        }
    }

    private void admit(Event.Asked asked) {
        WorkerId worker = asked.join().worker();
        switch (roster.admit(worker, asked.life(), asked.stream())) {
            case Roster.Admission.Admitted<WorkerStream> admitted -> {
                admitted.replaced().ifPresent(earlier -> replace(worker, earlier));
                asked.stream().admitted(worker);
                hear(asked.stream(), asked.join());
            }
            case Roster.Admission.Refused<WorkerStream> _ ->
                asked.stream()
                        .end(
                                Status.ALREADY_EXISTS,
                                "worker: %s is the name of another process (expected: a name of its own)"
                                        .formatted(worker));
        }
    }

    private void replace(WorkerId worker, WorkerStream earlier) {
        String why = "the worker came back on another connection";
        earlier.worker = null;
        earlier.end(Status.ABORTED, why);
        listener.lost(worker, why);
    }

    private void hear(WorkerStream stream, FromWorker message) {
        if (stream.worker == null) {
            return; // refused, replaced or gone
        }
        if (!message.worker().equals(stream.worker)) {
            String why =
                    "message in the name of %s (expected: %s, who joined)".formatted(message.worker(), stream.worker);
            stream.end(Status.PERMISSION_DENIED, why);
            remove(stream, why);
            return;
        }
        try {
            listener.said(message.worker(), message);
        } finally {
            stream.heard();
        }
    }

    private void remove(WorkerStream stream, String why) {
        ended.accept(stream);
        WorkerId worker = stream.worker;
        stream.worker = null;
        if (worker != null && roster.remove(worker, stream)) {
            listener.lost(worker, why);
        } else {
            LOG.info("A stream ended that spoke for no worker: {}", why);
        }
    }

    /** Ends the thread, and waits for it unless it is the caller. */
    void close() {
        closed = true;
        thread.interrupt();
        Threads.join(thread);
    }
}
