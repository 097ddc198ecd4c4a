package dev.perdure.training;

import dev.perdure.registry.WorkerProcess;
import dev.perdure.supervision.Command;
import dev.perdure.supervision.Event;
import dev.perdure.supervision.WorkerId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The worker processes of this host: those started here, and those that an earlier supervisor started and that still live.
 * A process is ended by its number only when it began when its worker did: the number may be another's by now.
 */
final class WorkerProcesses implements AutoCloseable {
    private static final int KILLED = 128 + 9;

    private final RunFolder folder;
    private final WorkerLauncher launcher;
    private final Consumer<Event> tell;
    private final Map<WorkerId, ProcessHandle> living = new HashMap<>();

    /** @param known what the registry has of processes not known to have ended */
    WorkerProcesses(RunFolder folder, WorkerLauncher launcher, List<WorkerProcess> known, Consumer<Event> tell) {
        this.folder = folder;
        this.launcher = launcher;
        this.tell = tell;
        for (WorkerProcess process : known) {
            adopt(process);
        }
    }

    private void adopt(WorkerProcess process) {
        var worker = new WorkerId(process.token());
        Optional<ProcessHandle> found = process.pid().isEmpty()
                ? Optional.empty()
                : ProcessHandle.of(process.pid().getAsLong()).filter(handle -> isSame(handle, process.started()));
        if (found.isPresent()) {
            watch(worker, found.get());
        } else if (process.pid().isPresent()) {
            tell.accept(new Event.Exited(worker, KILLED));
        }
    }

    private static boolean isSame(ProcessHandle handle, Optional<Instant> started) {
        Optional<Instant> since = handle.info().startInstant();
        return since.isPresent()
                && started.isPresent()
                && Math.abs(since.get().toEpochMilli() - started.get().toEpochMilli()) < 50;
    }

    /** Starts a worker, and tells how that went. */
    Optional<ProcessHandle> launch(Command.Launch launch) {
        WorkerId worker = launch.worker();
        try {
            Process process = launcher.start(folder, worker, launch.pause());
            synchronized (living) {
                living.put(worker, process.toHandle());
            }
            tell.accept(new Event.Started(worker, process.pid()));
            Thread.ofPlatform().daemon().name("ends-" + worker).start(() -> gone(worker, exitOf(process)));
            return Optional.of(process.toHandle());
        } catch (IOException e) {
            tell.accept(new Event.NotStarted(worker, "slot %d: %s".formatted(launch.slot(), e.getMessage())));
            return Optional.empty();
        }
    }

    /** Learns of a process that an earlier supervisor had no time to note. */
    void joined(WorkerId worker, long pid) {
        boolean known;
        synchronized (living) {
            known = living.containsKey(worker);
        }
        if (!known) {
            ProcessHandle.of(pid).ifPresent(handle -> watch(worker, handle));
        }
    }

    private void watch(WorkerId worker, ProcessHandle handle) {
        synchronized (living) {
            living.put(worker, handle);
        }
        Thread.ofPlatform().daemon().name("ends-" + worker).start(() -> {
            handle.onExit().join();
            gone(worker, KILLED); // only a parent learns the exit value
        });
    }

    private static int exitOf(Process process) {
        while (true) {
            try {
                return process.waitFor();
            } catch (InterruptedException e) {
                // Nobody interrupts this thread; should somebody, the process has not ended all the same.
            }
        }
    }

    private void gone(WorkerId worker, int exit) {
        synchronized (living) {
            living.remove(worker);
        }
        tell.accept(new Event.Exited(worker, exit));
    }

    /** Does something after a while, unless the worker's process has ended by then: that is told. Returns at once. */
    void unlessEnded(WorkerId worker, Duration grace, Runnable what) {
        ProcessHandle handle;
        synchronized (living) {
            handle = living.get(worker);
        }
        if (handle == null) {
            what.run();
        } else {
            Thread.ofVirtual().name("lost-" + worker).start(() -> {
                if (!endsWithin(handle, grace)) {
                    what.run();
                }
            });
        }
    }

    private static boolean endsWithin(ProcessHandle process, Duration patience) {
        try {
            process.onExit().get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends a worker for certain; its end is told. */
    void kill(WorkerId worker) {
        ProcessHandle handle;
        synchronized (living) {
            handle = living.get(worker);
        }
        if (handle == null) {
            tell.accept(new Event.Exited(worker, KILLED));
        } else {
            handle.destroyForcibly();
        }
    }

    /** Returns how many there are. */
    int count() {
        synchronized (living) {
            return living.size();
        }
    }

    /** Processes stay: whoever closes this has ended those that were to end. */
    @Override
    public void close() {}
}
