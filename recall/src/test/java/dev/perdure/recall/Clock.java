package dev.perdure.recall;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that goes when it is told to. */
final class Clock implements InstantSource {
    private volatile Instant now = Instant.parse("2026-11-30T12:00:00Z");

    @Override
    public Instant instant() {
        return now;
    }

    void goOn(Duration time) {
        now = now.plus(time);
    }
}
