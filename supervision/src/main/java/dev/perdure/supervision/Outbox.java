package dev.perdure.supervision;

import dev.perdure.core.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Facts on their way to being durable, in order: one batch at a time, again and again until it is. What depends on a fact
 * is done when it comes back from {@link #written}.
 */
final class Outbox {
    private static final Backoff PAUSES = new Backoff(Integer.MAX_VALUE, Duration.ofMillis(100), Duration.ofSeconds(2));

    private final List<Fact> waiting = new ArrayList<>();
    private List<Fact> sent = List.of();
    private long batch;
    private boolean outstanding;
    private int failures;
    private long failingSince;
    private long retryAt;
    private String failure = "";

    void add(Fact fact) {
        waiting.add(fact);
    }

    boolean isEmpty() {
        return waiting.isEmpty() && sent.isEmpty();
    }

    /** Returns what is to be written now, if anything. */
    Optional<Command.Write> next(long now) {
        if (outstanding || (failures > 0 && now < retryAt)) {
            return Optional.empty();
        }
        if (sent.isEmpty()) {
            if (waiting.isEmpty()) {
                return Optional.empty();
            }
            sent = List.copyOf(waiting);
            waiting.clear();
            batch++;
        }
        outstanding = true;
        return Optional.of(new Command.Write(batch, sent));
    }

    /** Returns what has become durable; nothing when that was known. */
    List<Fact> written(long which) {
        if (which != batch || !outstanding) {
            return List.of();
        }
        List<Fact> durable = sent;
        sent = List.of();
        outstanding = false;
        failures = 0;
        return durable;
    }

    void failed(long which, String reason, long now) {
        if (which != batch || !outstanding) {
            return;
        }
        outstanding = false;
        failures++;
        failure = reason;
        failingSince = failures == 1 ? now : failingSince;
        retryAt = now + PAUSES.pauseAfter(failures).toNanos();
    }

    /** Nothing is tried any more. */
    void giveUp() {
        waiting.clear();
        sent = List.of();
        outstanding = false;
    }

    /** Returns why, when nothing became durable for this long. */
    Optional<String> lost(Duration patience, long now) {
        return failures > 0 && now - failingSince > patience.toNanos() ? Optional.of(failure) : Optional.empty();
    }
}
