package dev.perdure.routing;

import java.util.List;
import java.util.Optional;

/**
 * What a client wants.
 *
 * @param tiers who may answer, in order; at least one
 * @param deadline on the clock of events, in nanoseconds; answered later is not answered
 * @param priority smaller goes first, >= 0
 * @param client whom it counts for
 * @param affinity what requests that belong together share; such go to one replica as long as it is not too full
 * @param digests of the inputs of its items, one or more; equal inputs have equal digests
 */
public record Ask(
        List<Tier> tiers, long deadline, int priority, String client, Optional<String> affinity, List<String> digests) {
    public Ask {
        tiers = List.copyOf(tiers);
        digests = List.copyOf(digests);
        Checks.atLeast("priority", priority, 0);
        Checks.atLeast("tiers", tiers.size(), 1);
        Checks.atLeast("items", digests.size(), 1);
    }
}
