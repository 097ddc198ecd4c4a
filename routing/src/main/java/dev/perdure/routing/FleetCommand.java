package dev.perdure.routing;

/** Everything that is to be done about processes of replicas. */
public sealed interface FleetCommand {
    /** Returns which replica. */
    ReplicaId replica();

    /**
     * Start a process. Answered by {@link FleetEvent.Ready}, {@link FleetEvent.NotStarted} or {@link FleetEvent.Exited}.
     *
     * @param isUrgent whether requests suffer until it is there; otherwise they should not suffer from its start
     */
    record Start(ReplicaId replica, boolean isUrgent) implements FleetCommand {}

    /** Ask a process to end; it has nothing more to do. Answered by {@link FleetEvent.Exited}. */
    record Stop(ReplicaId replica) implements FleetCommand {}

    /** End a process for certain (SIGKILL). Answered by {@link FleetEvent.Exited}, also when there was none. */
    record Kill(ReplicaId replica, String reason) implements FleetCommand {}

    /**
     * Run a golden inference there, and compare its values. Answered by {@link FleetEvent.Probed} with the same number;
     * a late answer to an earlier one is not believed.
     */
    record Probe(ReplicaId replica, long probe) implements FleetCommand {}
}
