package dev.perdure.training;

import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What members say of one microbatch's gradient, when the owner's and another's digest of it differ: both compute it once
 * more, and a third one does, if there is one.
 *
 * @param owner the rank that computed it as its share
 * @param checker the rank that computed it again
 * @param first the owner's digest
 * @param again the checker's
 * @param ownerTwice the owner's, computed once more
 * @param checkerTwice the checker's, computed once more
 * @param third what a third one has; its rank counts on from the checker's
 */
record Recount(
        int owner, int checker, long first, long again, long ownerTwice, long checkerTwice, Optional<Third> third) {

    record Third(int rank, long digest) {}

    /**
     * Returns whose arithmetic was wrong at least once; nobody when that cannot be told: when no two agree in the end, or
     * when two stay each with their own.
     */
    SortedSet<Integer> culprits() {
        var wrong = new TreeSet<Integer>();
        Optional<Long> truth = truth();
        if (truth.isPresent()) {
            long right = truth.get();
            if (first != right || ownerTwice != right) {
                wrong.add(owner);
            }
            if (again != right || checkerTwice != right) {
                wrong.add(checker);
            }
            third.filter(other -> other.digest() != right).ifPresent(other -> wrong.add(other.rank()));
        }
        return wrong;
    }

    /** Returns who had which digest, by its first eight hexadecimal digits. */
    String words() {
        String others = third.map(other -> "; rank %d has %s".formatted(other.rank(), hex(other.digest())))
                .orElse("");
        return "rank %d, whose it is, had %s and once more %s; rank %d had %s and once more %s%s"
                .formatted(owner, hex(first), hex(ownerTwice), checker, hex(again), hex(checkerTwice), others);
    }

    private static String hex(long digest) {
        return "%08x".formatted(digest >>> 32);
    }

    private Optional<Long> truth() {
        if (ownerTwice == checkerTwice) {
            return Optional.of(ownerTwice);
        }
        if (third.isPresent()) {
            long other = third.get().digest();
            return other == ownerTwice || other == checkerTwice ? Optional.of(other) : Optional.empty();
        }
        boolean ownerIsSteady = ownerTwice == first;
        boolean checkerIsSteady = checkerTwice == again;
        if (ownerIsSteady == checkerIsSteady) {
            return Optional.empty();
        }
        return Optional.of(ownerIsSteady ? first : again);
    }
}
