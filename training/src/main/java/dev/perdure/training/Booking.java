package dev.perdure.training;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * Books a trainer's time into the progress file: at every change of phase, the time since the last change goes to the
 * purpose of the phase that ends. Not thread-safe.
 */
final class Booking {
    private ProgressFile progress;
    private final LongSupplier nanoTime;
    private final InstantSource clock;
    private final Probe probe;
    private final Counts counts;
    private Purpose purpose = Purpose.IDLE;
    private long sinceNanos;

    Booking(ProgressFile progress, LongSupplier nanoTime, InstantSource clock, Probe probe) {
        this.progress = progress;
        this.nanoTime = nanoTime;
        this.clock = clock;
        this.probe = probe;
        this.counts = new Counts(nanoTime);
        this.sinceNanos = nanoTime.getAsLong();
    }

    /** From now on time and steps are booked elsewhere. */
    void into(ProgressFile other) {
        progress = other;
    }

    /** Returns what is counted about this process. */
    Counts counts() {
        return counts;
    }

    ProgressFile progress() {
        return progress;
    }

    /** A phase begins, and with it a purpose. */
    void enter(Phase phase, Purpose next, long step) {
        switchTo(next);
        progress.heartbeat(clock.millis());
        probe.enters(phase, step);
    }

    /** The purpose changes within a phase; returns the former one, to change back. */
    Purpose switchTo(Purpose next) {
        long now = nanoTime.getAsLong();
        progress.book(purpose, now - sinceNanos);
        sinceNanos = now;
        Purpose former = purpose;
        purpose = next;
        return former;
    }
}
