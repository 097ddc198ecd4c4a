package dev.perdure.gateway;

import dev.perdure.guard.Action;
import dev.perdure.guard.Surprise;
import dev.perdure.oip.ModelId;
import java.util.List;
import java.util.Optional;

/**
 * What a version's inputs were found to be, since it is served.
 *
 * @param model with its version
 * @param absence why nothing is looked at; absent when it is
 * @param items that were judged
 * @param changedRequests of which something was clipped or imputed
 * @param refusedRequests that had items which are not to be computed
 * @param rejectedItems those
 * @param measuredItems of which a replica measured how far they lie from training's in an inner layer
 * @param counts by feature, surprise and action, in order of their names
 */
public record GuardReport(
        ModelId model,
        Optional<String> absence,
        long items,
        long changedRequests,
        long refusedRequests,
        long rejectedItems,
        long measuredItems,
        List<Count> counts) {
    public GuardReport {
        counts = List.copyOf(counts);
    }

    /** How many items had a surprise in a feature, and what was done about it. */
    public record Count(String feature, Surprise surprise, Action action, long items) {}
}
