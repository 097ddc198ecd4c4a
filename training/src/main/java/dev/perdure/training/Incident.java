package dev.perdure.training;

/**
 * Something went wrong, and something was done about it.
 *
 * @param at when it was noticed, ISO-8601 in UTC
 * @param kind such as {@code trainer-killed}, {@code checkpoint-damaged}, {@code save-failed}, {@code supervisor-killed}
 * @param evidence what was seen
 * @param action what was done
 * @param reason why that
 * @param detectMillis from the last sign of life until it was noticed: at most that long it went unnoticed
 * @param recoverMillis from noticing until the next step was applied; NaN while that has not happened
 */
public record Incident(
        String at,
        String kind,
        String evidence,
        String action,
        String reason,
        double detectMillis,
        double recoverMillis) {

    /** Tells incidents apart: what is known of one later has the same key. */
    String key() {
        return at + " " + kind + " " + evidence;
    }

    Incident recovered(double millis) {
        return new Incident(at, kind, evidence, action, reason, detectMillis, millis);
    }

    boolean isOpen() {
        return Double.isNaN(recoverMillis);
    }
}
