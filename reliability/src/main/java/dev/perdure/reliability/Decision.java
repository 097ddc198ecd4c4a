package dev.perdure.reliability;

import java.util.List;
import java.util.Optional;

/**
 * What to do about an incident, and everything that led to it: to be recorded whole.
 *
 * @param diagnosis what is believed to be wrong, with the evidence; earlier tries that failed are taken into account
 * @param alternatives all that could have been done, in the order given
 * @param chosen what to do now
 * @param sequence what is planned in all, {@code chosen} first; to be planned anew if that fails
 * @param reason in words
 */
public record Decision(
        Diagnosis diagnosis,
        List<Alternative> alternatives,
        Strategy chosen,
        RecoverySequence sequence,
        String reason) {

    /**
     * Something that could be done.
     *
     * @param strategy what
     * @param seconds what it costs
     * @param success the chance that it works
     * @param secondsPerSuccess the first over the second
     * @param refused why it may not be done, if so
     */
    public record Alternative(
            Strategy strategy, double seconds, double success, double secondsPerSuccess, Optional<String> refused) {
        /** Returns the alternative in words. */
        public String words() {
            return "%s (%s, works in %s%s)"
                    .formatted(
                            strategy.words(),
                            Words.seconds(seconds),
                            Words.percent(success),
                            refused.map(why -> "; refused: " + why).orElse(""));
        }
    }

    public Decision {
        alternatives = List.copyOf(alternatives);
    }
}
