package dev.perdure.training;

import dev.perdure.engine.Collective;
import dev.perdure.training.StepPlan.Range;
import java.util.List;

/**
 * The workers that take a step together, as one of them sees it.
 *
 * @param group how they exchange memory; of one member when there is nobody else
 * @param shares which microbatches each of them computes, in order of rank: contiguous, together each once; empty for one
 *     that only keeps its state fresh
 */
record Team(Collective group, List<Range> shares) {
    Team {
        shares = List.copyOf(shares);
        if (shares.size() != group.size()) {
            throw new IllegalArgumentException(
                    "%d shares for %d members (expected: one each)".formatted(shares.size(), group.size()));
        }
    }

    int rank() {
        return group.rank();
    }

    Range share() {
        return shares.get(group.rank());
    }

    /** Returns whether this one saves and tells what happens: one does it for all, since all have the same state. */
    boolean leads() {
        return group.rank() == 0;
    }
}
