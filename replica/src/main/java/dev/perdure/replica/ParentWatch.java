package dev.perdure.replica;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Looks whether the process is there that this one works for. Without one it looks at nothing. */
final class ParentWatch implements AutoCloseable {
    private static final long EVERY_MILLIS = 100;

    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("parent").unstarted(task));
    private final AtomicReference<ProcessId> parent = new AtomicReference<>();
    private final Duration orphanMax;
    private final Consumer<String> orphaned;
    private Parentage parentage = Parentage.KNOWN; // on the looking thread

    /** @param orphaned told why, when nobody has been there for so long */
    ParentWatch(Duration orphanMax, Consumer<String> orphaned) {
        this.orphanMax = orphanMax;
        this.orphaned = orphaned;
    }

    /** Works for this process from now on; returns false, and changes nothing, when it is not there. */
    boolean adopt(long pid) {
        Optional<ProcessId> process = ProcessId.of(pid);
        if (process.isEmpty()) {
            return false;
        }
        if (parent.getAndSet(process.get()) == null) {
            var _ = looks.scheduleAtFixedRate(this::look, EVERY_MILLIS, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        }
        return true;
    }

    private void look() {
        ProcessId process = parent.get();
        long now = System.nanoTime();
        parentage = parentage.seen(process.isAlive(), now);
        if (parentage.orphanFor(orphanMax, now)) {
            orphaned.accept(
                    "process %d, which it worked for, has been gone for %s".formatted(process.pid(), orphanMax));
        }
    }

    @Override
    public void close() {
        looks.shutdownNow();
    }
}
