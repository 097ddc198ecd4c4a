package dev.perdure.routing;

import java.time.Duration;
import java.util.List;

/** Everything that can happen to a model's requests and replicas. Each is told once, in the order it was learnt of. */
public sealed interface Event {

    /** A client asks. */
    record Arrived(RequestId request, Ask ask) implements Event {}

    /** A client does not wait any more. */
    record Abandoned(RequestId request) implements Event {}

    /**
     * Answers {@link Command.Send}: the replica answered all items of the attempt.
     *
     * @param isFinite whether no output is NaN or infinite
     */
    record Answered(RequestId request, int attempt, boolean isFinite) implements Event {}

    /** Answers {@link Command.Send}: there is no answer. Not told when the replica is gone: that is told of the replica. */
    record Failed(RequestId request, int attempt, Cause cause, String words) implements Event {}

    /** Why an attempt failed. */
    enum Cause {
        /** The replica did not take it: it is full, or was not reached. */
        TURNED_AWAY,
        /** The replica tried, and gave an error. */
        ERROR,
        /** The replica says that the request is wrong, and no other would take it. */
        INVALID
    }

    /** Answers {@link Command.Fall}: the tier had answers for these items, and none for the others. */
    record Fell(RequestId request, int attempt, List<Integer> answered) implements Event {
        public Fell {
            answered = List.copyOf(answered);
        }
    }

    /**
     * Answers {@link Command.Compare}.
     *
     * @param groups numbers of the attempts: outputs in one group agree within the model's tolerance
     */
    record Compared(RequestId request, List<List<Integer>> groups) implements Event {
        public Compared {
            groups = groups.stream().map(List::copyOf).toList();
        }
    }

    /** Something happened to one replica. */
    record OfReplica(ReplicaId replica, FleetEvent event) implements Event {}

    /**
     * A version is to be served.
     *
     * @param firstNumber greater than that of any replica there ever was of it
     * @param adopts how long to wait for replicas that may be there already
     */
    record Deploy(String version, Fleet.Options options, long firstNumber, Duration adopts) implements Event {}

    /** Other limits for a version from now on. */
    record Resize(String version, Scaling.Options scaling, int standbys) implements Event {}

    /** A version is not to be served any more; it goes when no request that has come names it, so none may come that does. */
    record Retire(String version) implements Event {}

    /** Time has passed. Told at {@link Routing#wakeAt} at the latest, and every {@link Routing.Options#tick}. */
    record Tick() implements Event {}
}
