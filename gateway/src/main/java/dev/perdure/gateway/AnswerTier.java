package dev.perdure.gateway;

import java.util.Locale;

/** Who gave an answer, from the best on, as {@code perdure_tier} says it. */
public enum AnswerTier {
    /** The version that was asked. */
    MODEL,
    /** An earlier version of the same model. */
    PREVIOUS,
    /** What the version that was asked answered to the same input before. */
    KNOWN_GOOD,
    /** The bundle's rule for when nothing can compute. */
    RULE;

    /** Returns the word that stands in answers. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
