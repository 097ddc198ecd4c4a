package dev.perdure.supervision;

import java.util.List;
import java.util.OptionalLong;

/**
 * Everything a worker tells its supervisor. A generation that is not the supervisor's own makes a message worthless: it
 * is refused, and its sender stopped.
 */
public sealed interface FromWorker {
    WorkerId worker();

    /** Returns the generation that it is said of; 0 when of none. */
    long generation();

    /**
     * Asks to be let in: the first message on every connection, also after a supervisor's successor took over. Once it
     * is welcome, a worker says {@link Broken} or {@link Done} again if it has said so of the generation it joins with.
     *
     * @param host the name of its host
     * @param pid its process
     * @param build which build it runs
     * @param configuration the digest of the configuration and data it opened
     * @param generation whose group it is in, meeting or stepping on without a supervisor; 0 when it is in none, because
     *     it is new, or has left its group
     * @param position where it stands; absent when it holds no state yet
     */
    record Join(
            WorkerId worker,
            String host,
            long pid,
            String build,
            String configuration,
            long generation,
            OptionalLong position)
            implements FromWorker {}

    /** A sign of life, at a steady pace, from a thread that nothing else can hold up. */
    record Heartbeat(WorkerId worker, long generation, Progress progress, Vitals vitals) implements FromWorker {
        public Heartbeat(WorkerId worker, long generation, Progress progress) {
            this(worker, generation, progress, Vitals.NONE);
        }
    }

    /**
     * Answers {@link ToWorker.Prepare}: it has left its group and stands still.
     *
     * @param generation the one it is prepared for
     */
    record Ready(WorkerId worker, long generation, OptionalLong position) implements FromWorker {}

    /** The group is formed, and this member has the source's state. */
    record Formed(WorkerId worker, long generation, long position) implements FromWorker {}

    /** Answers {@link ToWorker.Extend}: it has met the others, and the joiners have all that the source has applied. */
    record Met(WorkerId worker, long generation) implements FromWorker {}

    /** The group does not answer; it has been left. */
    record Broken(WorkerId worker, long generation, OptionalLong position, String evidence) implements FromWorker {}

    /**
     * A step was applied, or an epoch evaluated. Not sent for every step: only where digests are compared.
     *
     * @param digest of all tensors of its state
     */
    record Stands(WorkerId worker, long generation, long position, long digest) implements FromWorker {}

    /**
     * Work of every member that computes was computed again by another, up to the step that leads to this position, and
     * came out the same. Said by one for all.
     */
    record Checked(WorkerId worker, long generation, long position) implements FromWorker {}

    /**
     * Gradients came out different when another computed them again. The step was not applied; the group has been left.
     *
     * @param position where all members stand
     * @param culprits whose arithmetic was wrong; empty when nobody can tell
     */
    record Miscomputed(WorkerId worker, long generation, long position, List<WorkerId> culprits, String evidence)
            implements FromWorker {
        public Miscomputed {
            culprits = List.copyOf(culprits);
        }
    }

    /**
     * A step gave a loss or a gradient that is no finite number, also when it was redone. It was not applied; the group has
     * been left.
     *
     * @param position where all members stand: before that step
     */
    record NotFinite(WorkerId worker, long generation, long position, String evidence) implements FromWorker {}

    /**
     * Something that may be a fault, noticed by the worker itself.
     *
     * @param kind such as {@code non-finite}, {@code loss-spike}, {@code save-failed}, {@code storage-slow},
     *     {@code bad-record}
     */
    record Noticed(WorkerId worker, long generation, String kind, String evidence) implements FromWorker {}

    /** Lines for people, that no decision hangs on. */
    record Told(WorkerId worker, long generation, String text) implements FromWorker {}

    /** It goes, because it was asked to or cannot go on; starting it again would not help when {@code fatal}. */
    record Leaves(WorkerId worker, long generation, boolean fatal, String reason) implements FromWorker {}

    /**
     * All steps are applied and what this member saves is durable.
     *
     * @param weightsSha256 of the canonical export of the weights
     */
    record Done(WorkerId worker, long generation, String weightsSha256) implements FromWorker {}
}
