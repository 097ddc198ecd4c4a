package dev.perdure.training;

import java.util.SortedSet;

/** A gradient came out different when another computed it again. The step was not applied. */
final class MiscomputedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient SortedSet<Integer> culprits;

    /**
     * Makes one.
     *
     * @param culprits the ranks of those whose arithmetic is wrong; empty when that cannot be told
     */
    MiscomputedException(SortedSet<Integer> culprits, String evidence) {
        super(evidence);
        this.culprits = culprits;
    }

    SortedSet<Integer> culprits() {
        return culprits;
    }
}
