package dev.perdure.benchmarks;

import dev.perdure.oip.InferResponse;
import dev.perdure.oip.Outcome;
import dev.perdure.oip.Parameter;
import java.util.Optional;
import java.util.function.Function;

/** What became of one request of a load. */
public sealed interface Verdict {
    /** Answered by the model that was asked, rightly and in time. */
    record Right() implements Verdict {}

    /** The same, but after longer than was allowed. */
    record Late() implements Verdict {}

    /** Answered by a lower tier, which said so. */
    record Degraded(String tier) implements Verdict {}

    /** Without an answer. */
    record Failed(String why) implements Verdict {}

    /** Answered with something else than the right answer. */
    record Wrong(String how) implements Verdict {}

    /**
     * Judges.
     *
     * @param wrong says what is wrong with an answer of the model; nothing when it is right
     * @return never {@link Late}: who asked knows since when
     */
    static Verdict of(Outcome outcome, Function<InferResponse, Optional<String>> wrong) {
        return switch (outcome) {
            case Outcome.Answered(var response) -> of(response, wrong);
            case Outcome.Refused(var why) -> new Failed(why.reason());
            case Outcome.NotSent(var why) -> new Failed("not sent: " + why);
            case Outcome.NoAnswer(var why) -> new Failed("no answer: " + why);
            case Outcome.Late _ -> new Failed("no answer before the deadline");
            case Outcome.Cancelled _ -> new Failed("cancelled");
        };
    }

    private static Verdict of(InferResponse response, Function<InferResponse, Optional<String>> wrong) {
        if (response.parameters().get("perdure_tier") instanceof Parameter.Text(String tier) && !tier.equals("model")) {
            return new Degraded(tier);
        }
        return wrong.apply(response).<Verdict>map(Wrong::new).orElseGet(Right::new);
    }
}
