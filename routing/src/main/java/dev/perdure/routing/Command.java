package dev.perdure.routing;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Everything that is to be done about a model's requests and replicas. */
public sealed interface Command {

    /**
     * Send items of a request to a replica. Answered by {@link Event.Answered} or {@link Event.Failed}, unless the
     * replica ends before.
     *
     * @param attempt number within the request
     * @param items indices, ascending
     * @param deadline the request's: the replica need not begin after it
     */
    record Send(RequestId request, int attempt, ReplicaId replica, List<Integer> items, long deadline)
            implements Command {
        public Send {
            items = List.copyOf(items);
        }
    }

    /** Nobody waits for this attempt's answer any more; a replica that has not begun need not begin. Not answered. */
    record Cancel(RequestId request, int attempt, ReplicaId replica) implements Command {}

    /** Ask a tier without replicas. Answered by {@link Event.Fell}. */
    record Fall(RequestId request, int attempt, Tier tier, List<Integer> items, long until) implements Command {
        public Fall {
            items = List.copyOf(items);
        }
    }

    /** Answer the client with the outputs of these attempts: once, and never with {@link Fail} besides. */
    record Answer(RequestId request, List<Next.Part> parts) implements Command {
        public Answer {
            parts = List.copyOf(parts);
        }
    }

    /** Tell the client why there is no answer. */
    record Fail(RequestId request, Status status, String reason, Optional<Duration> retryAfter) implements Command {}

    /** Compare the outputs of attempts of a request that was sampled. Answered by {@link Event.Compared}. */
    record Compare(RequestId request, List<Integer> attempts) implements Command {
        public Compare {
            attempts = List.copyOf(attempts);
        }
    }

    /** A request's input and outputs are not needed any more. Comes once for each, last. */
    record Forget(RequestId request) implements Command {}

    /** Do something about a replica's process. */
    record OfFleet(FleetCommand command) implements Command {}
}
