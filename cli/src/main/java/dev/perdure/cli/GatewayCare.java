package dev.perdure.cli;

import dev.perdure.core.Backoff;
import java.time.Duration;

/**
 * What is to be done about one gateway: a value that takes what is seen of its process, and says what follows.
 *
 * <pre>
 * Vacant    becomes Starting   when its time has come: a process is started, or one that lives is taken over
 * Starting  becomes Serving    when it says that it lives
 * Starting  is ended           when it does not say so within its time
 * Serving   is ended           when it has not said so for some seconds
 * any       becomes Vacant     when its process is gone: at once after one that served for a while, and after growing pauses when
 *                              it has happened again and again
 * </pre>
 *
 * <p>Times are nanoseconds in which whoever looks was attentive: while it stood still itself, nobody was silent.
 *
 * @param state where it is
 * @param since when that began; of a vacant place, when it may be filled
 * @param heardAt when it last said that it lives
 * @param failures that came one after the other, with none that served for a while between them
 */
record GatewayCare(State state, long since, long heardAt, int failures) {
    /** It is asked a few times a second, and a busy machine may take its time. */
    static final Duration SILENCE_MAX = Duration.ofSeconds(5);

    /** Before it can be heard it verifies every byte of every bundle. */
    static final Duration START_MAX = Duration.ofMinutes(5);

    private static final Duration PROVEN = Duration.ofSeconds(10);
    private static final Backoff PAUSES =
            new Backoff(Integer.MAX_VALUE, Duration.ofMillis(500), Duration.ofSeconds(10));

    /** What is seen of it. */
    enum State {
        /** There is no process. */
        VACANT,
        /** There is one that has not been heard yet. */
        STARTING,
        /** There is one that was heard. */
        SERVING
    }

    /** What is to be done. */
    sealed interface Act {
        /** Nothing. */
        record Wait() implements Act {}

        /** Start a process, or take over the one that lives. */
        record Start() implements Act {}

        /** End the process for certain. */
        record Kill(String reason) implements Act {}
    }

    /** Returns a place that may be filled at once. */
    static GatewayCare vacant(long now) {
        return new GatewayCare(State.VACANT, now, now, 0);
    }

    GatewayCare started(long now) {
        return new GatewayCare(State.STARTING, now, now, failures);
    }

    /** It said that it lives. */
    GatewayCare heard(long now) {
        return switch (state) {
            case VACANT -> this;
            case STARTING -> new GatewayCare(State.SERVING, now, now, failures);
            case SERVING -> new GatewayCare(State.SERVING, since, now, failures);
        };
    }

    /** Its process is gone. */
    GatewayCare gone(long now) {
        boolean isProven = state == State.SERVING && heardAt - since >= PROVEN.toNanos();
        int more = isProven ? 1 : failures + 1;
        long pause = more < 2 ? 0 : PAUSES.pauseAfter(more - 1).toNanos();
        return new GatewayCare(State.VACANT, now + pause, heardAt, more);
    }

    /** Returns what is to be done now. */
    Act due(long now) {
        return switch (state) {
            case VACANT -> now >= since ? new Act.Start() : new Act.Wait();
            case STARTING -> silent(now - since, START_MAX);
            case SERVING -> silent(now - heardAt, SILENCE_MAX);
        };
    }

    private static Act silent(long nanos, Duration max) {
        return nanos <= max.toNanos()
                ? new Act.Wait()
                : new Act.Kill("it showed no sign of life for %d ms (expected: within %d ms)"
                        .formatted(nanos / 1_000_000, max.toMillis()));
    }
}
