package dev.perdure.training;

import dev.perdure.engine.Collective;
import dev.perdure.engine.CollectiveFailedException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The workers that take a step together, as one of them sees it.
 *
 * @param group how they exchange memory; of one member when there is nobody else
 * @param shares which microbatches each of them computes, in order of rank: contiguous, together each once; empty for one
 *     that only keeps its state fresh
 * @param calledOff whether this one was told to stand still: asked between microbatches, since a team of one needs nobody
 *     and would not notice otherwise
 * @param followers those who join next, as long as there are any
 */
record Team(Collective group, List<Span> shares, BooleanSupplier calledOff, Supplier<Followers> followers) {
    static final int LEADER = 0;

    Team {
        shares = List.copyOf(shares);
        if (shares.size() != group.size()) {
            throw new IllegalArgumentException(
                    "%d shares for %d members (expected: one each)".formatted(shares.size(), group.size()));
        }
    }

    /** Returns how many compute. */
    int computing() {
        return (int) shares.stream().filter(share -> share.from() < share.to()).count();
    }

    int rank() {
        return group.rank();
    }

    Span share() {
        return shares.get(group.rank());
    }

    /**
     * Goes on only if the team does.
     *
     * @throws CollectiveFailedException if it was called off
     */
    void requireStanding() {
        if (calledOff.getAsBoolean()) {
            throw new CollectiveFailedException(
                    "step", "rank %d of %d".formatted(group.rank(), group.size()), "it was told to stand still");
        }
    }

    /** Returns the rank of the member that computes a microbatch. */
    int ownerOf(int microbatch) {
        for (int rank = 0; rank < shares.size(); rank++) {
            if (microbatch >= shares.get(rank).from()
                    && microbatch < shares.get(rank).to()) {
                return rank;
            }
        }
        throw new IllegalArgumentException("microbatch %d (expected: one of %s)".formatted(microbatch, shares));
    }

    /** Returns whether this one orders saves and tells what happens: one does it for all, since all have the same state. */
    boolean leads() {
        return group.rank() == LEADER;
    }
}
