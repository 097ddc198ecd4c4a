package dev.perdure.training;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a worker tells people, several steps to a message: every message wakes threads in three processes, which costs cores
 * that train more than all the rest of a step's bookkeeping. The first step after {@link #hurry} is told at once, and so is
 * all that is no step, after the steps before it. Other steps are told by a thread of their own, within {@link #PAUSE}: the
 * stepping thread only hands them over, since everybody waits for its next step.
 *
 * <p>Figures are written to the metrics file before they are told. That they could not be is thrown
 * to whoever tells a figure or flushes next.
 */
final class Dispatches {
    static final Duration PAUSE = Duration.ofMillis(100);

    /** So many steps are kept, when they come faster than they can be told. */
    private static final int WAITING_MAX = 1000;

    private final LongSupplier nanoTime;
    private final Consumer<String> send;
    private final Object sending = new Object();
    private List<TrainingEvent> waiting = new ArrayList<>(); // guarded by this, like the next three
    private boolean hurries = true;
    private long sentNanos;
    private @Nullable RuntimeException failure;
    private @Nullable Figures figures; // guarded by sending

    /** Where figures of steps and epochs are kept. */
    interface Figures {
        /** @throws UnwritableException if they cannot be written */
        void write(List<String> lines);
    }

    /** @param send is given lines, without the last one's end */
    Dispatches(LongSupplier nanoTime, Consumer<String> send) {
        this.nanoTime = nanoTime;
        this.send = send;
    }

    /** Tells in time what waits, until it is interrupted. */
    void run() {
        try {
            while (true) {
                awaitSomething();
                Thread.sleep(Duration.ofNanos(Math.max(0, untilDue())));
                try {
                    tellAll();
                } catch (RuntimeException e) {
                    failed(e); // as if the stepping thread had told it
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void awaitSomething() throws InterruptedException {
        while (waiting.isEmpty()) {
            wait();
        }
    }

    private synchronized void requireKept() {
        RuntimeException why = failure;
        failure = null;
        if (why != null) {
            throw why;
        }
    }

    /** Returns how long what waits may still wait, in nanoseconds. */
    synchronized long untilDue() {
        return sentNanos + PAUSE.toNanos() - nanoTime.getAsLong();
    }

    /** The next step is waited for. */
    synchronized void hurry() {
        hurries = true;
    }

    /** From now on figures are also written there, and those before to where they were; nowhere when null. */
    void writesTo(@Nullable Figures next) {
        flush();
        synchronized (sending) {
            figures = next;
        }
    }

    void tell(TrainingEvent event) {
        if (takesIn(event)) {
            tellAll();
        }
        if (Metrics.tellsOf(event)) {
            requireKept();
        }
    }

    /** Returns whether it cannot wait. */
    private synchronized boolean takesIn(TrainingEvent event) {
        waiting.add(event);
        notifyAll();
        boolean isStep = event instanceof TrainingEvent.StepApplied;
        boolean urgent = !isStep || hurries || waiting.size() >= WAITING_MAX;
        hurries &= !isStep;
        return urgent;
    }

    /** Tells what is left: no further step may come. */
    void flush() {
        tellAll();
        requireKept();
    }

    private void tellAll() {
        synchronized (sending) {
            List<TrainingEvent> events = take();
            if (events.isEmpty()) {
                return;
            }
            List<String> lines = events.stream().map(EventLines::format).toList();
            keep(events, lines);
            send.accept(String.join("\n", lines));
        }
    }

    private void keep(List<TrainingEvent> events, List<String> lines) {
        if (figures == null) {
            return;
        }
        List<String> kept = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            if (Metrics.tellsOf(events.get(i))) {
                kept.add(lines.get(i));
            }
        }
        try {
            if (!kept.isEmpty()) {
                figures.write(kept);
            }
        } catch (UnwritableException e) {
            failed(e);
        }
    }

    private synchronized void failed(RuntimeException why) {
        failure = why;
    }

    private synchronized List<TrainingEvent> take() {
        List<TrainingEvent> taken = waiting;
        if (!taken.isEmpty()) {
            waiting = new ArrayList<>();
            sentNanos = nanoTime.getAsLong();
        }
        return taken;
    }
}
