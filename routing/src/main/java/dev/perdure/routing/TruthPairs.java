package dev.perdure.routing;

import dev.perdure.reliability.AlwaysValidShareTest;
import java.util.Optional;

/**
 * Whether a replica's answers turn out to be wrong more often than those of others of its version: a value that takes what was
 * reported about answers, and gives its successor.
 *
 * <p>Each report about the replica makes a pair with the last one about any other, which is then used up. Pairs that agree say
 * nothing. Of the others, half are against the replica when all are alike, however hard it is at the moment what is asked
 * (McNemar: Note on the sampling error of the difference between correlated proportions, 1947); {@link AlwaysValidShareTest} looks
 * after each whether more are than if the odds of a wrong answer were {@value #ODDS_MAX} times the others'.
 *
 * <p>False alarms: the chance that a replica within that is ever found is at most the {@code alpha} that is asked with, in its
 * whole life. Assumes that requests go to replicas regardless of what they ask, that reports come regardless of who answered, and
 * that there is one for a request.
 *
 * @param other whether the last answer of another was right that is in no pair; absent if there is none
 * @param against of pairs that differ, how many are against the replica
 */
record TruthPairs(Optional<Boolean> other, AlwaysValidShareTest against) {
    /** What is natural among replicas with the same weights, and room for what their order brings. */
    static final double ODDS_MAX = 1.25;

    /** One replica in ten thousand with nothing against it is ended for what was reported about its answers. */
    static final double ALPHA = 1e-4;

    /** Nothing was reported. */
    static final TruthPairs NONE = new TruthPairs(Optional.empty(), AlwaysValidShareTest.begin());

    /** Takes a report about another's answer. */
    TruthPairs ofOther(boolean isRight) {
        return new TruthPairs(Optional.of(isRight), against);
    }

    /** Takes a report about an answer of its own. */
    TruthPairs ofOwn(boolean isRight) {
        boolean differs = other.filter(others -> others != isRight).isPresent();
        return new TruthPairs(Optional.empty(), differs ? against.after(!isRight, ODDS_MAX / (1 + ODDS_MAX)) : against);
    }

    /** Returns what was found, with the usual chance of a false alarm. */
    Optional<Finding> found() {
        return found(ALPHA);
    }

    /** Returns what was found, with this chance of a false alarm in the replica's life. */
    Optional<Finding> found(double alpha) {
        return against.rejectsAt(alpha)
                ? Optional.of(new Finding.OftenWrong(
                        "its answers turn out to be wrong where others' are right in %d of %d pairs (p = %.2g, bound %.2g)"
                                .formatted(against.happened(), against.cases(), against.pValue(), alpha)))
                : Optional.empty();
    }
}
