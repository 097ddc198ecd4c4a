package dev.perdure.training;

import dev.perdure.supervision.Event;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.WorkerId;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Hands what workers say over to the supervisor's loop. A connection that breaks because its process ends is not told of: the end
 * itself is, and says more.
 */
final class Ears implements SupervisorPort.Listener {
    /** By then the system has told of a process's end, if that was why its connection broke. */
    private static final Duration GRACE = Duration.ofMillis(30);

    private final Consumer<Event> tell;
    private final WorkerProcesses workers;

    Ears(Consumer<Event> tell, WorkerProcesses workers) {
        this.tell = tell;
        this.workers = workers;
    }

    @Override
    public void said(long connection, FromWorker message) {
        tell.accept(new Event.Said(connection, message));
    }

    @Override
    public void lost(long connection, WorkerId worker, String evidence) {
        workers.unlessEnded(worker, GRACE, () -> tell.accept(new Event.ConnectionLost(connection, worker, evidence)));
    }
}
