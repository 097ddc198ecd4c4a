package dev.perdure.reliability;

/** What a detector says about an observation, and why. */
public sealed interface Verdict {
    /** Returns the reason in words. */
    String reason();

    /** Too little has been seen to judge; only what is beyond doubt would have been an alarm. */
    record Learning(String reason) implements Verdict {}

    /** Nothing unusual. */
    record Healthy(String reason) implements Verdict {}

    /** Something is wrong. A detector may say so again at the next observation: it does not know what was done about it. */
    record Alarm(Evidence evidence) implements Verdict {
        @Override
        public String reason() {
            return evidence.words();
        }
    }

    /** Returns whether this is an alarm. */
    default boolean isAlarm() {
        return this instanceof Alarm;
    }
}
