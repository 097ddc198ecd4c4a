package dev.perdure.training;

import dev.perdure.supervision.Vitals;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** What a worker counts about itself, for its heartbeats. May be read by any thread. */
final class Counts {
    private final LongSupplier clock;
    private final AtomicLong microbatches = new AtomicLong();
    private final AtomicLong computingNanos = new AtomicLong();
    private final AtomicLong saved = new AtomicLong();

    Counts(LongSupplier nanoTime) {
        this.clock = nanoTime;
    }

    long nanoTime() {
        return clock.getAsLong();
    }

    /** A microbatch's gradient was computed, from then until now. */
    void computed(long beganNanos) {
        computingNanos.addAndGet(nanoTime() - beganNanos);
        microbatches.incrementAndGet();
    }

    /** The checkpoint of a step is durable. */
    void saved(long step) {
        saved.accumulateAndGet(2 * step, Math::max);
    }

    /** @param errors how many warnings and errors this process has logged */
    Vitals vitals(long errors) {
        return new Vitals(microbatches.get(), computingNanos.get(), errors, saved.get());
    }
}
