package dev.perdure.training;

import dev.perdure.engine.Collective;
import java.util.List;

/**
 * The workers that take a step together, as one of them sees it.
 *
 * @param group how they exchange memory; of one member when there is nobody else
 * @param shares which microbatches each of them computes, in order of rank: contiguous, together each once; empty for one
 *     that only keeps its state fresh
 */
record Team(Collective group, List<Span> shares) {
    Team {
        shares = List.copyOf(shares);
        if (shares.size() != group.size()) {
            throw new IllegalArgumentException(
                    "%d shares for %d members (expected: one each)".formatted(shares.size(), group.size()));
        }
    }

    /** Returns the team of a trainer that has no others. */
    static Team alone(int microbatches) {
        return new Team(new Alone(), List.of(new Span(0, microbatches)));
    }

    int rank() {
        return group.rank();
    }

    Span share() {
        return shares.get(group.rank());
    }

    /** Returns whether this one saves and tells what happens: one does it for all, since all have the same state. */
    boolean leads() {
        return group.rank() == 0;
    }
}
