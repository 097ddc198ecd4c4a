package dev.perdure.supervision;

import java.util.OptionalLong;

/**
 * Up to where the states of a run are known to be right. Positions; -1 when only the recipe is.
 *
 * @param agreed checkpoints up to here were saved while all members had the same state
 * @param checked up to here every member's gradients came out the same when another computed them again
 * @param notAfter present while states after this position are in doubt: whoever stands later, and every later
 *     checkpoint, counts for nothing
 */
public record Trusted(long agreed, long checked, OptionalLong notAfter) {
    /** Of a run that has compared nothing yet. */
    public static final Trusted NOTHING = new Trusted(-1, -1, OptionalLong.empty());

    /** Returns whether a state at this position may be built on. */
    boolean allows(OptionalLong position) {
        return position.isPresent() && (notAfter.isEmpty() || position.getAsLong() <= notAfter.getAsLong());
    }

    /** All members stood here with the same state: a checkpoint that was saved before this was saved from it. */
    Trusted agreed(long position) {
        return new Trusted(Math.max(agreed, position - 1), checked, notAfter);
    }

    Trusted checked(long position) {
        return new Trusted(agreed, Math.max(checked, position), notAfter);
    }

    /**
     * A generation is decided. Where nobody is left, its source restores what it finds, and until it has said what that is
     * only the recipe is known to be right.
     */
    Trusted decided(Generation generation) {
        return generation.restores() && generation.notAfter().isEmpty() ? NOTHING : this;
    }

    /** Nobody was left, and the run now rests on this state, right or wrong. */
    Trusted restored(long position) {
        return new Trusted(position, position, OptionalLong.empty());
    }

    /** What comes after is in doubt, and will be made again. */
    Trusted doubted(long last) {
        return new Trusted(Math.min(agreed, last), Math.min(checked, last), OptionalLong.of(last));
    }

    /** Everybody stands here again: what was in doubt is gone, and what comes now was compared by nobody. */
    Trusted settled(long position) {
        return new Trusted(Math.min(agreed, position), Math.min(checked, position), OptionalLong.empty());
    }
}
