package dev.perdure.gateway;

import dev.perdure.routing.Rollout;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a newer version takes over from the one that answers.
 *
 * @param manner of those of which nobody says otherwise
 * @param options when it goes on, and what is found; into how many bins outputs fall is the model's, whatever is said here
 * @param apart outputs that are numbers disagree when they differ by more than this share of the golden outputs' range, 0 to 1
 * @param paceFrom what is shorter counts as this long: nobody is slow for less
 * @param warmUp from a version's first request on, how long nothing is held against its pace
 * @param readyMax how long it may take until a replica of it answers
 * @param absentMax how long there may be none after that, in all
 */
public record RolloutSettings(
        Manner manner,
        Rollout.Options options,
        double apart,
        Duration paceFrom,
        Duration warmUp,
        Duration readyMax,
        Duration absentMax) {

    /** How. */
    public enum Manner {
        /** First copies of requests, then shares of them, on evidence. */
        GRADUAL,
        /** As soon as it has as many replicas in use as it is to have. */
        AT_ONCE;

        /** Returns the manner of this name; nothing if there is none. */
        public static Optional<Manner> of(String word) {
            return Arrays.stream(values())
                    .filter(manner -> manner.word().equals(word))
                    .findFirst();
        }

        /** Returns its name in words. */
        public String word() {
            return this == GRADUAL ? "shadow,canary" : "at-once";
        }
    }

    public RolloutSettings {
        if (!(apart >= 0 && apart <= 1)) {
            throw new IllegalArgumentException("apart: %s (expected: 0 to 1)".formatted(apart));
        }
        notNegative("paceFrom", paceFrom);
        notNegative("warmUp", warmUp);
        notNegative("readyMax", readyMax);
        notNegative("absentMax", absentMax);
    }

    private static void notNegative(String name, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException("%s: %s (expected: >= 0)".formatted(name, value));
        }
    }

    /** Returns the usual: on evidence, a tenth of the range apart; three seconds to warm up, ten without a replica. */
    public static RolloutSettings usual() {
        return new RolloutSettings(
                Manner.GRADUAL,
                Rollout.Options.usual(0),
                0.1,
                Duration.ofMillis(2),
                Duration.ofSeconds(3),
                Duration.ofMinutes(3),
                Duration.ofSeconds(10));
    }

    /** Returns the same, in this manner. */
    public RolloutSettings in(Manner other) {
        return new RolloutSettings(other, options, apart, paceFrom, warmUp, readyMax, absentMax);
    }

    /** Returns the same, with these options. */
    public RolloutSettings with(Rollout.Options other) {
        return new RolloutSettings(manner, other, apart, paceFrom, warmUp, readyMax, absentMax);
    }
}
