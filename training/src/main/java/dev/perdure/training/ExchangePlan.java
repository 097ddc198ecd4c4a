package dev.perdure.training;

import java.util.ArrayList;
import java.util.List;

/**
 * Who sums what of a step's gradient, so that the bits are those of {@link TreeSum} over all microbatches, whoever
 * computed them. Each member sums the largest subtrees that lie within its share. The rest of the tree is summed in one of two
 * ways, of which the cheaper one ({@link #isDirect}) follows from the plan alone, so that all members take the same:
 *
 * <ul>
 *   <li>In two rounds: the parameters are cut into one segment for each member; its owner takes every subtree's sum of that
 *       segment, sums them, and gives the result to everybody. With equal shares this puts as many bytes on the wire as a
 *       ring. Spares, whose shares are empty, own segments too: they have nothing else to do, and need the whole in any case.
 *   <li>In one round: everybody gives every sum to everybody, and each sums the rest for itself. More bytes, unless there are
 *       two members, and half the waiting.
 * </ul>
 *
 * @param microbatches how many a step has
 * @param shares each member's, in order of rank; each begins where the one before it ends
 * @param parameters the length of a gradient
 */
public record ExchangePlan(int microbatches, List<Span> shares, long parameters) {
    /** Floats in a cache line: segments begin on one, so that no two owners write to the same. */
    private static final long LINE = 16;

    /** As many floats as a member could send in the time that a round costs it: about half a millisecond on a busy host. */
    private static final long ROUND = 1 << 18;

    /** So many floats are added in the time in which one is sent and received. */
    private static final long ADDED_FOR_ONE_SENT = 4;

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

    /**
     * Returns whether members give each other all sums at once, because what is sent and added more than with segments takes
     * less time than a second round.
     */
    public boolean isDirect() {
        long sums = subtrees().size();
        long others = members() - 1L;
        long inSegments = 0;
        for (int rank = 0; rank < members(); rank++) {
            Segment segment = segmentOf(rank);
            long length = segment.to() - segment.from();
            inSegments += (sums - subtreesOf(rank).size() + others) * length;
        }
        double moreSent = (double) sums * others * parameters - inSegments;
        double moreAdded = (double) (sums - 1) * others * parameters;
        return moreSent + moreAdded / ADDED_FOR_ONE_SENT <= (double) ROUND * members();
    }

    private long boundary(int rank) {
        long lines = Math.ceilDiv(parameters, LINE);
        return Math.min(parameters, lines * rank / members() * LINE);
    }
}
