package dev.perdure.training;

import java.util.ArrayList;
import java.util.List;

/**
 * Who sums what of a step's gradient, so that the bits are those of {@link TreeSum} over all microbatches, whoever
 * computed them. Each member sums the largest subtrees that lie within its share. The parameters are cut into one segment
 * for each member: its owner takes every subtree's sum of that segment, sums them along the rest of the tree, and gives
 * the result to everybody. With equal shares this puts as many bytes on the wire as a ring.
 *
 * <p>Spares, whose shares are empty, own segments too: they have nothing else to do, and need the whole in any case.
 *
 * @param microbatches how many a step has
 * @param shares each member's, in order of rank; each begins where the one before it ends
 * @param parameters the length of a gradient
 */
public record ExchangePlan(int microbatches, List<Span> shares, long parameters) {
    /** Floats in a cache line: segments begin on one, so that no two owners write to the same. */
    private static final long LINE = 16;

    public ExchangePlan {
        shares = List.copyOf(shares);
        int next = 0;
        for (Span share : shares) {
            if (share.from() != next) {
                throw new IllegalArgumentException("microbatches of rank %d: from %d (expected: from %d)"
                        .formatted(shares.indexOf(share), share.from(), next));
            }
            next = share.to();
        }
        if (next != microbatches || microbatches < 1 || parameters < 1) {
            throw new IllegalArgumentException(
                    "shares of %d of %d microbatches, parameters: %d (expected: all microbatches, at least 1, parameters >= 1)"
                            .formatted(next, microbatches, parameters));
        }
    }

    /** Returns the plan of a member that is alone. */
    public static ExchangePlan alone(int microbatches, long parameters) {
        return new ExchangePlan(microbatches, List.of(new Span(0, microbatches)), parameters);
    }

    /** Microbatches that one member sums before anything is exchanged. */
    public record Subtree(int rank, Span leaves) {}

    /** A part of the parameters, from inclusive, to exclusive. */
    public record Segment(long from, long to) {}

    public int members() {
        return shares.size();
    }

    /** Returns all subtrees that are summed before the exchange, in order of microbatches, which is that of ranks too. */
    public List<Subtree> subtrees() {
        List<Subtree> subtrees = new ArrayList<>();
        cut(new Span(0, microbatches), subtrees);
        return subtrees;
    }

    private void cut(Span node, List<Subtree> into) {
        for (int rank = 0; rank < members(); rank++) {
            if (shares.get(rank).contains(node)) {
                into.add(new Subtree(rank, node));
                return;
            }
        }
        int middle = node.from() + Integer.highestOneBit(node.size() - 1);
        cut(new Span(node.from(), middle), into);
        cut(new Span(middle, node.to()), into);
    }

    /** Returns what a member sums before the exchange, in order. */
    public List<Span> subtreesOf(int rank) {
        return subtrees().stream()
                .filter(subtree -> subtree.rank() == rank)
                .map(Subtree::leaves)
                .toList();
    }

    /** Returns which parameters a member sums for everybody; none when there are fewer cache lines than members. */
    public Segment segmentOf(int rank) {
        return new Segment(boundary(rank), boundary(rank + 1));
    }

    private long boundary(int rank) {
        long lines = Math.ceilDiv(parameters, LINE);
        return Math.min(parameters, lines * rank / members() * LINE);
    }
}
