package dev.perdure.routing;

import dev.perdure.core.Backoff;
import dev.perdure.routing.Finding.Grade;
import java.time.Duration;

/**
 * Whether one replica should be sent requests.
 *
 * <pre>
 * Starting  becomes Standby   when a golden inference gives the right values
 * Standby   becomes OnTrial   when it is put to use
 * OnTrial   becomes Serving   when the slow start is over and nothing was found
 * Serving   becomes OnTrial   never; it and OnTrial become Standby when they are not needed
 * any       becomes Ejected   when something is found; each time in a row the pause doubles. Of one that is Starting or
 *                             Draining only wrong answers count: it is not in use, and has a time by which it must be done
 * Ejected   becomes Standby   when a golden inference passes after the pause, unless it ever answered wrongly
 * any       becomes Draining  when told to end, unless it answers wrongly: that is not forgotten
 * any       becomes Stopped   when its process or the way to it is gone
 * </pre>
 *
 * <p>A value, and a function from value to value; times are nanoseconds of any clock that never goes back. A later finding
 * replaces an earlier one only when it is worse.
 */
public sealed interface Health {

    /** Launched, and not known to answer. */
    record Starting(long since) implements Health {}

    /** Ready and known to answer rightly, but not in use. */
    record Standby(long since, int times) implements Health {}

    /** In use again or for the first time, with a weight that grows. */
    record OnTrial(long since, int times) implements Health {}

    /** In use. */
    record Serving(long since, int times) implements Health {}

    /** Taken out. {@code times} counts ejections with no proof of health between them. */
    record Ejected(Finding why, int times, long since, long until) implements Health {}

    /** Answers what it has, and gets nothing more. */
    record Draining(long since) implements Health {}

    /** No more. */
    record Stopped(Finding why) implements Health {}

    /** What a health can be told. */
    sealed interface Signal {
        /** A golden inference gave the right values. */
        record Passed() implements Signal {}

        /** Something was found. */
        record Found(Finding what) implements Signal {}

        /** It is needed. */
        record Use() implements Signal {}

        /** It is not needed for now. */
        record Rest() implements Signal {}

        /** It is not needed any more. */
        record Drain() implements Signal {}

        /** Time has passed. */
        record Tick() implements Signal {}
    }

    /**
     * Times of health.
     *
     * @param pauses how long a replica stays out, by ejections in a row
     * @param slowStart how long the weight takes to grow to 1
     * @param proven how long it must serve until its ejections are forgotten
     */
    record Limits(Backoff pauses, Duration slowStart, Duration proven) {
        public Limits {
            Checks.notNegative("slowStart", slowStart);
            Checks.notNegative("proven", proven);
        }

        /** Returns the usual: half a second's pause that doubles up to half a minute, two seconds' slow start. */
        public static Limits usual() {
            return new Limits(
                    new Backoff(Integer.MAX_VALUE, Duration.ofMillis(500), Duration.ofSeconds(30)),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(30));
        }
    }

    /** The weight with which a slow start begins. */
    double WEIGHT_FIRST = 0.1;

    /** Returns the health after a signal. */
    default Health after(Signal signal, long now, Limits limits) {
        return switch (signal) {
            case Signal.Found found -> found(found.what(), now, limits);
            case Signal.Passed _ -> passed(now);
            case Signal.Use _ -> this instanceof Standby standby ? new OnTrial(now, standby.times()) : this;
            case Signal.Rest _ -> isInUse() ? new Standby(now, times()) : this;
            case Signal.Drain _ -> isWrong() || this instanceof Stopped ? this : new Draining(now);
            case Signal.Tick _ -> ticked(now, limits);
        };
    }

    private Health found(Finding what, long now, Limits limits) {
        if (this instanceof Stopped) {
            return this;
        }
        if (what.grade() == Grade.GONE) {
            return new Stopped(what);
        }
        if (this instanceof Ejected(Finding why, int times, long since, long until)) {
            boolean isWorse = what.grade().compareTo(why.grade()) > 0;
            return isWorse ? new Ejected(what, times, since, until) : this;
        }
        boolean isUnused = this instanceof Draining || this instanceof Starting;
        if (isUnused && what.grade() != Grade.WRONG) {
            return this;
        }
        int more = times() + 1;
        return new Ejected(
                what, more, now, now + limits.pauses().pauseAfter(more).toNanos());
    }

    private Health passed(long now) {
        return switch (this) {
            case Starting _ -> new Standby(now, 0);
            case Ejected ejected -> isWrong() || now < ejected.until() ? ejected : new Standby(now, ejected.times());
            case Standby _, OnTrial _, Serving _, Draining _, Stopped _ -> this;
        };
    }

    private Health ticked(long now, Limits limits) {
        if (this instanceof OnTrial trial
                && now - trial.since() >= limits.slowStart().toNanos()) {
            return new Serving(now, trial.times());
        }
        if (this instanceof Serving serving
                && serving.times() > 0
                && now - serving.since() >= limits.proven().toNanos()) {
            return new Serving(serving.since(), 0);
        }
        return this;
    }

    /** Returns how many ejections in a row it has behind it. */
    default int times() {
        return switch (this) {
            case Standby standby -> standby.times();
            case OnTrial trial -> trial.times();
            case Serving serving -> serving.times();
            case Ejected ejected -> ejected.times();
            case Starting _, Draining _, Stopped _ -> 0;
        };
    }

    /** Returns whether requests are meant to go there. */
    default boolean isInUse() {
        return this instanceof Serving || this instanceof OnTrial;
    }

    /** Returns whether it is known to answer wrongly. */
    default boolean isWrong() {
        return this instanceof Ejected ejected && ejected.why().grade() == Grade.WRONG;
    }

    /** Returns whether what it has been sent is not expected back soon. */
    default boolean isHeldUp() {
        return this instanceof Ejected ejected && ejected.why().grade() == Grade.HELD_UP;
    }

    /** Returns whether its process is about to be gone. */
    default boolean isEnding() {
        return this instanceof Ejected ejected && ejected.why() instanceof Finding.Ending;
    }

    /** Returns whether it could answer if nobody better is left. */
    default boolean isLastResort() {
        return this instanceof Ejected && !isWrong() && !isEnding();
    }

    /** Returns the share of a full replica's requests that it should get, 0 to 1. */
    default double weight(long now, Limits limits) {
        return switch (this) {
            case Serving _ -> 1;
            case OnTrial trial -> {
                double grown = (double) (now - trial.since())
                        / Math.max(1, limits.slowStart().toNanos());
                yield Math.clamp(grown, WEIGHT_FIRST, 1);
            }
            case Starting _, Standby _, Ejected _, Draining _, Stopped _ -> 0;
        };
    }
}
