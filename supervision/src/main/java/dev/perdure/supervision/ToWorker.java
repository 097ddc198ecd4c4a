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

    /**
     * Leave the group at once, whatever it is doing, stand still, and answer {@link FromWorker.Ready}. Answered again when
     * said again. Of the same epoch, one for an earlier generation than the last asked for is old, and so is one for the
     * generation that the worker is in.
     */
    record Prepare(long epoch, long generation) implements ToWorker {}

    /**
     * Form a group, take the source's state, and step. Answered by {@link FromWorker.Formed}. Counts once, and only for
     * the generation and the epoch that the worker has last prepared for. While it copies, a member holds no state: its
     * position is absent until the copy is whole.
     */
    record Form(long epoch, Generation generation) implements ToWorker {}

    /**
     * Meet for a generation while the one before it steps on. A joiner copies the source's state and applies what the others
     * apply; the source sends both, and copies nothing that the others wait for. Answered by {@link FromWorker.Met}. One for a
     * later generation takes its place; {@link Prepare} ends it.
     *
     * @param generation with joiners; all its other members are those of the generation that steps
     */
    record Extend(long epoch, Generation generation) implements ToWorker {}

    /**
     * All have met: go over to the generation after the first step before which all members were told so, without leaving the
     * one before until it. Answered by {@link FromWorker.Formed}.
     */
    record Switch(long epoch, long generation) implements ToWorker {}

    /** End now. */
    record Stop(long epoch, String reason) implements ToWorker {}
}
