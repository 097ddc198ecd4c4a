package dev.perdure.gateway;

import dev.perdure.routing.FleetCommand;
import dev.perdure.routing.ReplicaId;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** The end of all of a model's replicas. */
final class Ending {
    private static final long POLL_NANOS = 5_000_000;
    private static final Duration KILLED_WITHIN = Duration.ofSeconds(5);

    private final Replicas replicas;

    Ending(Replicas replicas) {
        this.replicas = replicas;
    }

    /** Asks them to end, kills those that do not within the time, and returns when none is left. */
    void end(Duration within) {
        tell(FleetCommand.Stop::new);
        if (!areGone(within)) {
            tell(replica -> new FleetCommand.Kill(replica, "it did not end within " + within));
            areGone(KILLED_WITHIN);
        }
    }

    private void tell(Function<ReplicaId, FleetCommand> command) {
        replicas.present().stream().map(command).forEach(replicas::act);
    }

    private boolean areGone(Duration within) {
        long end = System.nanoTime() + within.toNanos();
        while (!replicas.present().isEmpty() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        return replicas.present().isEmpty();
    }
}
