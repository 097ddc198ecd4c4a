package dev.perdure.supervision;

import java.time.Duration;
import java.util.List;

/** Everything that a supervisor has done for it. Whoever does it keeps the order, and may do each while later ones wait. */
public sealed interface Command {

    /** Tell a worker, on this connection and no other. Nothing is to be done when the connection is gone. */
    record Send(long connection, WorkerId worker, ToWorker message) implements Command {}

    /**
     * Start a process. Answered by {@link Event.Started} or {@link Event.NotStarted}.
     *
     * <p>Whoever launches looks, at that moment, for a supervisor with a greater epoch, and answers {@link
     * Event.Superseded} instead when there is one: a supervisor that was stopped for long must not launch, when it comes
     * back, what its successor has made certain not to exist.
     *
     * @param slot the place it fills, from 0
     * @param host where; empty when the launcher knows one place only
     * @param pause how long the process lies still first; zero unless others wait for the processor it would take
     */
    record Launch(WorkerId worker, int slot, String host, Duration pause) implements Command {}

    /** End a process for certain (SIGKILL). Answered by {@link Event.Exited}, also when there was none. */
    record Kill(WorkerId worker, String reason) implements Command {}

    /**
     * Make facts durable, all or none, unless a supervisor with a greater epoch has written. Answered by
     * {@link Event.Written}, {@link Event.NotWritten} or {@link Event.Superseded}. There is never a second one before
     * the answer.
     *
     * @param batch counts up; the same number again is the same facts again
     */
    record Write(long batch, List<Fact> facts) implements Command {
        public Write {
            facts = List.copyOf(facts);
        }
    }

    /** The run is over for this supervisor; nothing follows. */
    record Finish(Outcome outcome) implements Command {}
}
