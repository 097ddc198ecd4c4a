package dev.perdure.registry;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A process started as a worker, so that a successor finds it again, or ends it. Written before the process is started,
 * then again with what is known of it; a process that ended stays so.
 *
 * @param worker the worker it plays; one worker may have had many processes
 * @param token given to this process when it was started and to no other; finds it where its number is not known yet
 * @param pid its number on its host, once known
 * @param started when its host says it was started, kept in milliseconds; tells it from a later process of that number
 */
public record WorkerProcess(
        String worker, String token, String host, OptionalLong pid, Optional<Instant> started, State state)
        implements Fact {
    /** What is known of a process. */
    public enum State {
        STARTING,
        RUNNING,
        ENDED
    }

    public WorkerProcess {
        Checks.name("worker", worker);
        Checks.name("token", token);
        Checks.name("host", host);
        if (pid.isPresent()) {
            Checks.atLeast(1, "pid", pid.getAsLong());
        }
        started = started.map(Checks::millis);
    }

    public static WorkerProcess starting(String worker, String token, String host) {
        return new WorkerProcess(worker, token, host, OptionalLong.empty(), Optional.empty(), State.STARTING);
    }

    public WorkerProcess running(long number, Instant since) {
        return new WorkerProcess(worker, token, host, OptionalLong.of(number), Optional.of(since), State.RUNNING);
    }

    public WorkerProcess ended() {
        return new WorkerProcess(worker, token, host, pid, started, State.ENDED);
    }
}
