package dev.perdure.training;

import dev.perdure.supervision.WorkerId;
import java.io.IOException;
import java.time.Duration;

/**
 * Starts worker processes where they are to run. A worker finds its supervisor through the run's folder, outlives it, and ends
 * by itself when it has waited too long for another.
 */
public interface WorkerLauncher {

    /** Starts a worker on a run's folder: a process that may be killed from now on, and lies still for so long first. */
    Process start(RunFolder folder, WorkerId worker, Duration pause) throws IOException;
}
