package dev.perdure.routing;

/** Everything that can happen to the replicas of one model version. Of replicas that are not known, nothing is believed. */
public sealed interface FleetEvent {

    /** What a golden inference gave; whoever ran it has compared the values with the bundle's. */
    sealed interface Golden {
        /** All values within the bundle's tolerance. */
        record Right() implements Golden {}

        /** At least one is not, or is NaN or infinite. */
        record Wrong(String words) implements Golden {}

        /** There was no answer, but an error. */
        record Failed(String words) implements Golden {}
    }

    /** Answers {@link FleetCommand.Start}: the process can be talked to, and its model is loaded. */
    record Ready(ReplicaId replica) implements FleetEvent {}

    /** Answers {@link FleetCommand.Start}: there is no process, and will be none. */
    record NotStarted(ReplicaId replica, String why) implements FleetEvent {}

    /**
     * A process that an earlier life of whoever starts them left is there, and is being taken over: from here on it is as one that
     * was started. Answered by {@link Ready}, {@link NotStarted} or {@link Exited}.
     */
    record Adopted(ReplicaId replica) implements FleetEvent {}

    /** A process is gone for certain; 128 + n when signal n ended it. Also answers {@link FleetCommand.Kill}, always. */
    record Exited(ReplicaId replica, int exit) implements FleetEvent {}

    /**
     * Its process ends, or the way to it broke; {@link Exited} or {@link Disconnected} follows. A process needs a while to end, during
     * which it answers nothing, and how it ended is known only then.
     */
    record Ending(ReplicaId replica, String why) implements FleetEvent {}

    /** The way to it is gone without anybody having asked for that. */
    record Disconnected(ReplicaId replica, String why) implements FleetEvent {}

    /**
     * A sign of life.
     *
     * @param done requests that it has done in its life
     * @param waiting requests that it has now
     */
    record Beat(ReplicaId replica, long done, int waiting) implements FleetEvent {}

    /** Answers {@link FleetCommand.Probe}. */
    record Probed(ReplicaId replica, long probe, Golden result) implements FleetEvent {}

    /** Something was found that only requests show. */
    record Found(ReplicaId replica, Finding finding) implements FleetEvent {}

    /** Something may be wrong with it: it is to be probed now. */
    record Doubted(ReplicaId replica) implements FleetEvent {}

    /** It was sent an attempt; {@code suspect} if with items that were in flight when a replica died. */
    record Sent(ReplicaId replica, boolean suspect) implements FleetEvent {}

    /** An attempt there, sent without suspicion, carries an item that has come under suspicion since. */
    record Suspected(ReplicaId replica) implements FleetEvent {}

    /** An attempt there has ended, however. Follows each {@link Sent} once. */
    record Ended(ReplicaId replica, boolean suspect) implements FleetEvent {}

    /** It answered, after so long. */
    record Answered(ReplicaId replica, long latencyNanos) implements FleetEvent {}

    /** After so long another had answered what it was sent, so its own answer is not waited for. */
    record Overtaken(ReplicaId replica, long latencyNanos) implements FleetEvent {}

    /** It failed at what another then did. */
    record Blamed(ReplicaId replica) implements FleetEvent {}

    /** The truth about an answer of it was reported. Of the answers to one request, one is told of. */
    record Reported(ReplicaId replica, boolean isRight) implements FleetEvent {}

    /** How much there is to do: requests in flight and waiting, and how long the oldest has waited. */
    record Busy(int requests, long delayNanos) implements FleetEvent {}

    /** Other limits from now on. */
    record Resize(Scaling.Options scaling, int standbys) implements FleetEvent {}

    /** Nobody needs this version any more. */
    record Retire() implements FleetEvent {}

    /** Time has passed. */
    record Tick() implements FleetEvent {}
}
