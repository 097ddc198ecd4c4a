package dev.perdure.routing;

/**
 * A replica that may be sent a request now.
 *
 * @param weight share of a full replica's requests that it should get, > 0 and at most 1
 * @param inFlight attempts that it has
 * @param latencyNanos of its answers; 0 while nothing is known
 * @param hasSuspect whether it has an item that was in flight when a replica died
 */
public record Candidate(ReplicaId id, double weight, int inFlight, double latencyNanos, boolean hasSuspect) {
    public Candidate {
        Checks.atLeast("weight", weight, 1e-9);
        Checks.atLeast("inFlight", inFlight, 0);
        Checks.atLeast("latencyNanos", latencyNanos, 0);
    }
}
