package dev.perdure.registry;

/**
 * A step is known to be applied. Only the highest is remembered, so a lower one changes nothing: where training stands after
 * a rollback is said by {@link Generation#firstStep}.
 *
 * @param appliedStep the step, from 0
 */
public record Progress(long appliedStep) implements Fact {
    public Progress {
        Checks.atLeast(0, "appliedStep", appliedStep);
    }
}
