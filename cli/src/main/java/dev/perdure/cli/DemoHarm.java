package dev.perdure.cli;

import dev.perdure.chaos.Signals;
import dev.perdure.oip.ModelId;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** What the demonstration does to its replicas, in plain sight: it kills one and hangs one. */
final class DemoHarm {
    private static final Duration STARTED_WITHIN = Duration.ofSeconds(40);
    private static final Duration REPLACED_WITHIN = Duration.ofSeconds(25);
    private static final long POLL_NANOS = 5_000_000;

    private final ServeSession session;
    private final ModelId model;
    private final int replicas;
    private final StartedReplicas processes;
    private final PrintStream out;

    DemoHarm(ServeSession session, ModelId model, int replicas, StartedReplicas processes, PrintStream out) {
        this.session = session;
        this.model = model;
        this.replicas = replicas;
        this.processes = processes;
        this.out = out;
    }

    /** Returns whether all replicas answer; waits for that. */
    boolean awaitAll() {
        return await(STARTED_WITHIN, this::isComplete);
    }

    private boolean isComplete() {
        return session.gateway().inUse(model) == replicas && processes.living().size() == replicas;
    }

    /** Lets it happen. Returns whether each was replaced. */
    boolean happen(Duration calm) {
        pause(calm);
        ProcessHandle killed = processes.living().getFirst();
        out.printf("%n>>> kill -9 %d   (a replica, with whatever it was being asked)%n", killed.pid());
        killed.destroyForcibly();
        boolean isReplaced = isReplaced(killed);
        pause(calm);
        ProcessHandle hung = processes.living().getFirst();
        out.printf("%n>>> kill -STOP %d   (it lives, and answers nothing any more)%n", hung.pid());
        Signals.stop(hung);
        isReplaced &= isReplaced(hung);
        pause(calm);
        return isReplaced;
    }

    private boolean isReplaced(ProcessHandle victim) {
        return await(REPLACED_WITHIN, () -> !victim.isAlive() && isComplete());
    }

    private static boolean await(Duration within, BooleanSupplier what) {
        long end = System.nanoTime() + within.toNanos();
        while (!what.getAsBoolean() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        return what.getAsBoolean();
    }

    private static void pause(Duration length) {
        await(length, () -> false);
    }
}
