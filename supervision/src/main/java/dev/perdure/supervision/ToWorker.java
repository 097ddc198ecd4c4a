package dev.perdure.supervision;

import java.time.Duration;

/**
 * Everything a supervisor tells a worker. Each supervisor of a run has a greater epoch than the one before it; workers
 * follow the greatest they have heard of and refuse the others.
 */
public sealed interface ToWorker {
    long epoch();

    /** Answers {@link FromWorker.Join}. */
    record Welcome(long epoch, Duration heartbeats) implements ToWorker {}

    /** Answers {@link FromWorker.Join}: this worker cannot take part. It ends. */
    record Refused(long epoch, String reason) implements ToWorker {}

    /** Leave the group at once, whatever it is doing, stand still, and answer {@link FromWorker.Ready}. */
    record Prepare(long epoch, long generation) implements ToWorker {}

    /** Form a group, take the source's state, and step. Answered by {@link FromWorker.Formed}. */
    record Form(long epoch, Generation generation) implements ToWorker {}

    /** End now. */
    record Stop(long epoch, String reason) implements ToWorker {}
}
