package dev.perdure.registry;

import java.time.Instant;
import java.util.List;

/**
 * What was decided about an incident, and against what. Written once and never changed.
 *
 * @param number increasing within a run, given by the supervisor; gaps are allowed
 * @param incident the number of the incident
 * @param at when it was taken, kept in milliseconds
 * @param evidence what it was based on, as text or JSON; cut to 65,536 characters
 * @param alternatives all that were weighed, the chosen one included, in the order they were weighed in
 * @param chosen what was chosen
 * @param reason why
 */
public record Decision(
        long number,
        long incident,
        Instant at,
        String evidence,
        List<Alternative> alternatives,
        String chosen,
        String reason)
        implements Fact {
    public Decision {
        Checks.atLeast(0, "decision", number);
        Checks.atLeast(0, "incident", incident);
        Checks.name("chosen", chosen);
        at = Checks.millis(at);
        evidence = Checks.storable(evidence);
        alternatives = List.copyOf(alternatives);
        reason = Checks.storable(reason);
    }

    /**
     * Something that could be done.
     *
     * @param costSeconds its expected cost in seconds of training; infinite if it cannot succeed
     * @param successProbability from 0 to 1
     */
    public record Alternative(String action, double costSeconds, double successProbability) {
        public Alternative {
            Checks.name("action", action);
            if (!(costSeconds >= 0)) {
                throw new IllegalArgumentException("costSeconds: %s (expected: >= 0)".formatted(costSeconds));
            }
            if (!(successProbability >= 0 && successProbability <= 1)) {
                throw new IllegalArgumentException(
                        "successProbability: %s (expected: 0 to 1)".formatted(successProbability));
            }
        }
    }
}
