package dev.perdure.reliability;

/**
 * A detector one observation on.
 *
 * @param state the detector with the observation in it; the old one is unchanged
 * @param verdict what it says
 */
public record Observed<S>(S state, Verdict verdict) {}
