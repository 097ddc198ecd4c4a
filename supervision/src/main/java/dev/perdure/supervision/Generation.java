package dev.perdure.supervision;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A group of workers that step together, until one of them fails, leaves or joins. A later generation fences all earlier
 * ones: what their members still say is refused.
 *
 * @param number counts up, over the whole life of a run
 * @param shares the members, in order of rank; together they have each microbatch once
 * @param source the rank whose state is copied to every member that stands elsewhere, before the first step
 * @param position where the source stands (see {@link Progress#position}); when absent, the source first takes the newest
 *     intact checkpoint, or begins anew when there is none, and all others copy, wherever they stand
 * @param notAfter when present, states after this position are wrong: checkpoints of later ones are withdrawn before the
 *     first step, and all members but the source copy, wherever they stand
 * @param adjustments to the recipe, in the order they were made
 * @param meetingPoint where the members find each other, in the words of the collective that they use
 * @param joiners those who are new when the others go over from a generation that steps, see {@link ToWorker.Extend}; none
 *     when all stood still before
 */
public record Generation(
        long number,
        List<Share> shares,
        int source,
        OptionalLong position,
        OptionalLong notAfter,
        List<Adjustment> adjustments,
        String meetingPoint,
        List<WorkerId> joiners) {
    public Generation {
        shares = List.copyOf(shares);
        adjustments = List.copyOf(adjustments);
        joiners = List.copyOf(joiners);
        if (number < 1) {
            throw new IllegalArgumentException("generation: %d (expected: >= 1)".formatted(number));
        }
        if (source < 0 || source >= shares.size()) {
            throw new IllegalArgumentException(
                    "source: rank %d of %d (expected: one of them)".formatted(source, shares.size()));
        }
        int next = 0;
        for (Share share : shares) {
            if (share.from() != next) {
                throw new IllegalArgumentException(
                        "microbatches of %s: from %d (expected: from %d, where the one before it ends)"
                                .formatted(share.worker(), share.from(), next));
            }
            next = share.to();
        }
    }

    /** Makes one that trusts every state, trains by the recipe alone, and that all its members have stood still for. */
    public Generation(long number, List<Share> shares, int source, OptionalLong position, String meetingPoint) {
        this(number, shares, source, position, OptionalLong.empty(), List.of(), meetingPoint, List.of());
    }

    /** Returns whether nobody holds a state, so that its source restores one or begins anew. */
    boolean restores() {
        return position.isEmpty() && joiners.isEmpty();
    }

    /**
     * Cuts microbatches into shares of nearly equal size, in order of rank.
     *
     * @param workers those who compute, at most as many as microbatches
     * @param spares those who keep their state fresh
     */
    public static List<Share> share(List<WorkerId> workers, List<WorkerId> spares, int microbatches) {
        if (workers.isEmpty() || workers.size() > microbatches) {
            throw new IllegalArgumentException("workers: %d (expected: 1 to %d, the number of microbatches)"
                    .formatted(workers.size(), microbatches));
        }
        List<Share> shares = new ArrayList<>();
        for (int rank = 0; rank < workers.size(); rank++) {
            shares.add(new Share(workers.get(rank), (int) ((long) microbatches * rank / workers.size()), (int)
                    ((long) microbatches * (rank + 1) / workers.size())));
        }
        spares.forEach(spare -> shares.add(new Share(spare, microbatches, microbatches)));
        return List.copyOf(shares);
    }

    /** Returns whether a member copies the source's state while the others step. */
    public boolean isJoiner(WorkerId worker) {
        return joiners.contains(worker);
    }

    public int microbatches() {
        return shares.getLast().to();
    }

    /** Returns who is in. */
    Set<WorkerId> members() {
        Set<WorkerId> members = new HashSet<>(2 * shares.size());
        shares.forEach(share -> members.add(share.worker()));
        return members;
    }

    /** Returns a worker's rank, if it is a member. */
    public OptionalInt rankOf(WorkerId worker) {
        for (int rank = 0; rank < shares.size(); rank++) {
            if (shares.get(rank).worker().equals(worker)) {
                return OptionalInt.of(rank);
            }
        }
        return OptionalInt.empty();
    }
}
