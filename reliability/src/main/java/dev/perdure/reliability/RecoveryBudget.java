package dev.perdure.reliability;

import java.util.List;
import java.util.Optional;

/**
 * How often to try, so that every loop ends. A try is counted until the run has come {@code stepsToEarnBack} steps beyond the
 * highest step it had then; so a run of S steps makes at most {@code triesMax (1 + S / stepsToEarnBack)} tries, whatever
 * happens.
 *
 * @param triesOfOneMax how often to try one strategy on one target, >= 1
 * @param triesMax how often to try anything, >= 1
 * @param stepsToEarnBack progress after which a try is forgiven, >= 1
 */
public record RecoveryBudget(int triesOfOneMax, int triesMax, long stepsToEarnBack) {

    /**
     * A recovery that was tried.
     *
     * @param incident of which incident
     * @param target the worker it was for, or the run
     * @param strategy what was tried
     * @param highestStep the highest step that the run had ever applied then
     * @param succeeded whether it helped
     */
    public record Attempt(long incident, String target, Strategy strategy, long highestStep, boolean succeeded) {}

    public RecoveryBudget {
        Checks.atLeast("triesOfOneMax", triesOfOneMax, 1);
        Checks.atLeast("triesMax", triesMax, 1);
        Checks.atLeast("stepsToEarnBack", stepsToEarnBack, 1);
    }

    /** Returns the usual budget: three of one kind, thirty in all, forgiven after 100 steps. */
    public static RecoveryBudget usual() {
        return new RecoveryBudget(3, 30, 100);
    }

    private List<Attempt> counted(List<Attempt> attempts, long highestStep) {
        return attempts.stream()
                .filter(attempt -> highestStep - attempt.highestStep() < stepsToEarnBack)
                .toList();
    }

    /** Returns why nothing at all may be tried any more, if so. */
    public Optional<String> spent(List<Attempt> attempts, long highestStep) {
        int tries = counted(attempts, highestStep).size();
        return tries >= triesMax
                ? Optional.of("%s tries within %s steps (at most %s)".formatted(tries, stepsToEarnBack, triesMax))
                : Optional.empty();
    }

    /** Returns why this strategy may not be tried on this target any more, if so. */
    public Optional<String> spentOn(Strategy strategy, String target, List<Attempt> attempts, long highestStep) {
        long tries = counted(attempts, highestStep).stream()
                .filter(attempt -> attempt.target().equals(target)
                        && attempt.strategy().key().equals(strategy.key()))
                .count();
        return tries >= triesOfOneMax
                ? Optional.of(
                        "tried %s times within %s steps (at most %s)".formatted(tries, stepsToEarnBack, triesOfOneMax))
                : Optional.empty();
    }
}
