package dev.perdure.training;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What a worker tells people, several steps to a message: every message wakes threads in three processes, which costs cores
 * that train more than all the rest of a step's bookkeeping. The first step after {@link #hurry} is told at once, and so is
 * all that is no step, after the steps before it.
 */
final class Dispatches {
    private static final long PAUSE_NANOS = Duration.ofMillis(50).toNanos();

    private final LongSupplier nanoTime;
    private final Consumer<String> send;
    private final List<String> lines = new ArrayList<>();
    private boolean hurries = true;
    private long sentNanos;

    /** @param send is given lines, without the last one's end */
    Dispatches(LongSupplier nanoTime, Consumer<String> send) {
        this.nanoTime = nanoTime;
        this.send = send;
    }

    /** The next step is waited for. */
    synchronized void hurry() {
        hurries = true;
    }

    synchronized void tell(TrainingEvent event) {
        lines.add(EventLines.format(event));
        boolean isStep = event instanceof TrainingEvent.StepApplied;
        if (!isStep || hurries || nanoTime.getAsLong() - sentNanos >= PAUSE_NANOS) {
            hurries &= !isStep;
            flush();
        }
    }

    /** Tells what is left: no further step may come. */
    synchronized void flush() {
        if (!lines.isEmpty()) {
            send.accept(String.join("\n", lines));
            lines.clear();
            sentNanos = nanoTime.getAsLong();
        }
    }
}
