package dev.perdure.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Something went wrong. While it is open, writing it again replaces what is known of it; once its outcome stands, it stays.
 *
 * @param number increasing within a run, given by the supervisor; gaps are allowed
 * @param at when it was noticed, kept in milliseconds
 * @param kind the kind of fault
 * @param subject the worker or host it befell
 * @param evidence what was observed, as text or JSON; cut to 65,536 characters
 * @param action what was done about it, once decided
 * @param reason why, once decided
 * @param detected how long it took to notice, if that is known
 * @param recovered how long it took from notice to recovery, once recovered
 */
public record Incident(
        long number,
        Instant at,
        String kind,
        String subject,
        String evidence,
        Optional<String> action,
        Optional<String> reason,
        Optional<Duration> detected,
        Optional<Duration> recovered,
        Outcome outcome)
        implements Fact {
    /** How an incident ended, or that it has not. */
    public enum Outcome {
        OPEN,
        SUCCEEDED,
        FAILED
    }

    public Incident {
        Checks.atLeast(0, "incident", number);
        Checks.name("kind", kind);
        at = Checks.millis(at);
        subject = Checks.storable(subject);
        evidence = Checks.storable(evidence);
        action = action.map(Checks::storable);
        reason = reason.map(Checks::storable);
        detected = detected.map(time -> Checks.millis("detected", time));
        recovered = recovered.map(time -> Checks.millis("recovered", time));
    }

    /** Returns an incident of which nothing is known but that it happened. */
    public static Incident open(long number, Instant at, String kind, String subject, String evidence) {
        return new Incident(
                number,
                at,
                kind,
                subject,
                evidence,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Outcome.OPEN);
    }

    public Incident withDetected(Duration time) {
        return new Incident(number, at, kind, subject, evidence, action, reason, Optional.of(time), recovered, outcome);
    }

    public Incident withAction(String chosen, String why) {
        return new Incident(
                number,
                at,
                kind,
                subject,
                evidence,
                Optional.of(chosen),
                Optional.of(why),
                detected,
                recovered,
                outcome);
    }

    public Incident succeeded(Duration time) {
        return new Incident(
                number, at, kind, subject, evidence, action, reason, detected, Optional.of(time), Outcome.SUCCEEDED);
    }

    public Incident failed() {
        return new Incident(number, at, kind, subject, evidence, action, reason, detected, recovered, Outcome.FAILED);
    }
}
