package dev.perdure.gateway;

import dev.perdure.guard.DriftSettings;
import dev.perdure.guard.GuardPolicies;
import dev.perdure.guard.GuardPolicy;
import dev.perdure.recall.Recall;
import java.util.List;
import java.util.Optional;

/**
 * What stands around the models: before them, behind them and beside them.
 *
 * @param guard what is done about inputs unlike those of training; absent when they are not looked at
 * @param drift how it is watched; absent when it is not
 * @param fallbacks who answers when the version that was asked does not, in this order, each once; never the model itself
 * @param recall where known answers are; whoever made it closes it, after the gateway
 */
public record Safeguards(
        Optional<GuardPolicies> guard, Optional<DriftSettings> drift, List<AnswerTier> fallbacks, Recall recall) {
    /** The order when nobody says another: another version, an answer known to be good, a rule. */
    public static final List<AnswerTier> USUAL_FALLBACKS =
            List.of(AnswerTier.PREVIOUS, AnswerTier.KNOWN_GOOD, AnswerTier.RULE);

    public Safeguards {
        fallbacks = List.copyOf(fallbacks);
        if (fallbacks.contains(AnswerTier.MODEL)
                || fallbacks.stream().distinct().count() != fallbacks.size()) {
            throw new IllegalArgumentException(
                    "fallbacks: %s (expected: some of %s, each once)".formatted(fallbacks, USUAL_FALLBACKS));
        }
    }

    /** Returns everything as usual, without known answers. */
    public static Safeguards usual() {
        return new Safeguards(
                Optional.of(GuardPolicies.all(GuardPolicy.standard())),
                Optional.of(DriftSettings.standard()),
                USUAL_FALLBACKS,
                Recall.NOTHING);
    }

    /** Returns these with answers kept there. */
    public Safeguards with(Recall place) {
        return new Safeguards(guard, drift, fallbacks, place);
    }
}
