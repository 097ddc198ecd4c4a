package dev.perdure.routing;

/**
 * What one replica has to do, and how long it takes over it.
 *
 * @param inFlight attempts that it was sent and that have not ended
 * @param suspects of these, how many carry items that were in flight when a replica died
 * @param latency of its answers
 * @param roundNanos latencies in the round under way, summed: {@link Peers} compares replicas by rounds
 * @param roundCount how many these are
 */
public record Load(int inFlight, int suspects, PeakEwma latency, double roundNanos, int roundCount) {
    /** Nothing to do, and nothing seen. */
    public static final Load NONE = new Load(0, 0, PeakEwma.NONE, 0, 0);

    public Load {
        Checks.atLeast("suspects", suspects, 0);
        Checks.atLeast("inFlight", inFlight, suspects);
    }

    Load sent(boolean suspect) {
        return new Load(inFlight + 1, suspects + (suspect ? 1 : 0), latency, roundNanos, roundCount);
    }

    Load suspected() {
        return new Load(inFlight, suspects + 1, latency, roundNanos, roundCount);
    }

    Load ended(boolean suspect) {
        return new Load(inFlight - 1, suspects - (suspect ? 1 : 0), latency, roundNanos, roundCount);
    }

    Load answered(long nanos, long now) {
        return new Load(inFlight, suspects, latency.after(nanos, now), roundNanos + nanos, roundCount + 1);
    }

    Load newRound() {
        return new Load(inFlight, suspects, latency, 0, 0);
    }
}
