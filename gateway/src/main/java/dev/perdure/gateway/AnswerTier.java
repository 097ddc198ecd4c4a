package dev.perdure.gateway;

import dev.perdure.oip.Parameter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

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

    /** Returns who gave an answer with these parameters; nobody if it is none of a gateway. */
    public static Optional<AnswerTier> of(Map<String, Parameter> parameters) {
        return parameters.get(Answers.TIER) instanceof Parameter.Text(String word)
                ? Arrays.stream(values())
                        .filter(tier -> tier.word().equals(word))
                        .findFirst()
                : Optional.empty();
    }

    /** Returns why the model that was asked did not give it; empty if it did. */
    public static String reason(Map<String, Parameter> parameters) {
        return parameters.get(Answers.REASON) instanceof Parameter.Text(String reason) ? reason : "";
    }

    /** Returns the word that stands in answers. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
