package dev.perdure.supervision;

import dev.perdure.core.Backoff;
import dev.perdure.reliability.RecoveryBudget;
import java.time.Duration;

/**
 * What ends every loop.
 *
 * @param restartsMax launches in place of a worker that failed, over the whole run
 * @param restartsPerWindow as many within one {@code window}; the next waits for the next window
 * @param recovery how often a slot is tried in a row without a new step; then nothing is launched there any more
 * @param slotCorruptionsMax how often a slot's state may differ from the others'; then nothing is launched there any more
 * @param rollbacksMax returns to a checkpoint because states differed and nobody could tell who was wrong
 * @param fruitlessMax generations in a row without a new step
 * @param slotPause between a slot's failures in a row; the first launch after a failure does not wait
 */
public record Budgets(
        int restartsMax,
        int restartsPerWindow,
        Duration window,
        RecoveryBudget recovery,
        int slotCorruptionsMax,
        int rollbacksMax,
        int fruitlessMax,
        Backoff slotPause) {

    /** Returns the budget in which each slot is tried so often in a row, at least once. */
    public static RecoveryBudget recovery(int slotFailuresMax) {
        return new RecoveryBudget(Math.max(1, slotFailuresMax), Integer.MAX_VALUE, 1);
    }

    public static Budgets standard() {
        return new Budgets(
                1_000,
                120,
                Duration.ofSeconds(60),
                recovery(6),
                2,
                5,
                50,
                new Backoff(Integer.MAX_VALUE, Duration.ofMillis(500), Duration.ofSeconds(30)));
    }
}
