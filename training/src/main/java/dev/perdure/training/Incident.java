package dev.perdure.training;

import java.util.List;

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
 * @param beliefs what was thought to be wrong, the likeliest first; empty when nobody asked
 * @param alternatives what was weighed, what was chosen first; empty when there was no choice
 */
public record Incident(
        String at,
        String kind,
        String evidence,
        String action,
        String reason,
        double detectMillis,
        double recoverMillis,
        List<Belief> beliefs,
        List<Alternative> alternatives) {

    /**
     * What may be wrong.
     *
     * @param fault in words
     * @param chance from 0 to 1
     */
    public record Belief(String fault, double chance) {}

    /**
     * Something that could be done.
     *
     * @param what in words
     * @param seconds what it was thought to cost
     * @param chance how likely it was thought to help, from 0 to 1
     * @param refused why it was out of the question; empty when it was not
     * @param chosen whether that was done
     */
    public record Alternative(String what, double seconds, double chance, String refused, boolean chosen) {}

    @SuppressWarnings("ConstantValue") // a line of an earlier build has no lists
    public Incident {
        beliefs = beliefs == null ? List.of() : List.copyOf(beliefs);
        alternatives = alternatives == null ? List.of() : List.copyOf(alternatives);
    }

    /** An incident that left no choice. */
    public Incident(
            String at,
            String kind,
            String evidence,
            String action,
            String reason,
            double detectMillis,
            double recoverMillis) {
        this(at, kind, evidence, action, reason, detectMillis, recoverMillis, List.of(), List.of());
    }

    /** Tells incidents apart: what is known of one later has the same key. */
    String key() {
        return at + " " + kind + " " + evidence;
    }

    Incident recovered(double millis) {
        return new Incident(at, kind, evidence, action, reason, detectMillis, millis, beliefs, alternatives);
    }

    boolean isOpen() {
        return Double.isNaN(recoverMillis);
    }
}
