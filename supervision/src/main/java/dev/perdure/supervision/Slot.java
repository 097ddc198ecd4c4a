package dev.perdure.supervision;

/**
 * What is remembered of a place where workers run, over the whole run.
 *
 * @param launches how many lives began there
 * @param failures in a row, without a new step between them
 * @param corruptions how often a state there differed from the majority's
 */
public record Slot(int launches, int failures, int corruptions) {
    static final Slot NEW = new Slot(0, 0, 0);

    Slot launched() {
        return new Slot(launches + 1, failures, corruptions);
    }

    Slot failed(Failure failure) {
        return new Slot(launches, failures + 1, corruptions + (isCorruption(failure) ? 1 : 0));
    }

    private static boolean isCorruption(Failure failure) {
        return failure instanceof Failure.Differs || failure instanceof Failure.Miscomputed;
    }

    Slot proved() {
        return failures == 0 ? this : new Slot(launches, 0, corruptions);
    }

    boolean isWrittenOff(Budgets budgets) {
        return failures > budgets.slotFailuresMax() || corruptions > budgets.slotCorruptionsMax();
    }
}
