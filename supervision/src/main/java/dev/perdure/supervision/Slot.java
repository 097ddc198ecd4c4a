package dev.perdure.supervision;

/**
 * What is remembered of a place where workers run, over the whole run.
 *
 * @param launches how many lives began there
 * @param failures in a row, without a new step between them
 * @param corruptions how often a state there differed from the majority's
 * @param left whether it was decided to do without it while there are others
 * @param host where it is; empty while nobody knows
 * @param failed how many lives failed there in all
 * @param servedNanos how long its lives lasted, together
 */
public record Slot(
        int launches, int failures, int corruptions, boolean left, String host, int failed, long servedNanos) {
    static final Slot NEW = new Slot(0, 0, 0, false, "", 0, 0);

    Slot launched() {
        return new Slot(launches + 1, failures, corruptions, false, host, failed, servedNanos);
    }

    Slot failed(Failure failure) {
        int more = isCorruption(failure) ? 1 : 0;
        return new Slot(launches, failures + 1, corruptions + more, left, host, failed + 1, servedNanos);
    }

    private static boolean isCorruption(Failure failure) {
        return failure instanceof Failure.Differs || failure instanceof Failure.Miscomputed;
    }

    Slot proved() {
        return failures == 0 ? this : new Slot(launches, 0, corruptions, left, host, failed, servedNanos);
    }

    Slot leave() {
        return new Slot(launches, failures, corruptions, true, host, failed, servedNanos);
    }

    Slot on(String where) {
        return where.equals(host) ? this : new Slot(launches, failures, corruptions, left, where, failed, servedNanos);
    }

    Slot served(long nanos) {
        return new Slot(launches, failures, corruptions, left, host, failed, servedNanos + Math.max(0, nanos));
    }
}
