package dev.perdure.supervision;

/**
 * A change to a run's recipe, made while it trained because a step gave no finite numbers, again and again. From then on
 * it is part of the recipe: a run that is begun with the same adjustments ends with the same bits.
 */
public sealed interface Adjustment {
    /** Returns the step it concerns, or the first one. */
    long step();

    /** Its batch changes nothing: neither weights nor the optimizer's state. Its samples count as skipped. */
    record SkipBatch(long step) implements Adjustment {
        public SkipBatch {
            requireStep(step);
        }
    }

    /**
     * From this step on the learning rate is lower.
     *
     * @param factor what it is multiplied with, between 0 and 1
     */
    record LowerRate(long step, double factor) implements Adjustment {
        public LowerRate {
            requireStep(step);
            if (!(factor > 0 && factor < 1)) {
                throw new IllegalArgumentException("factor: %s (expected: between 0 and 1)".formatted(factor));
            }
        }
    }

    private static void requireStep(long step) {
        if (step < 1) {
            throw new IllegalArgumentException("step: %d (expected: >= 1)".formatted(step));
        }
    }
}
