package dev.perdure.supervision;

/**
 * How far a worker is. Heartbeats carry it, from a thread of their own, so that a worker that is alive but stuck is told
 * from one that is dead.
 *
 * @param position where its state stands: the same positions are the same states, bit for bit, and a later position has
 *     everything of an earlier one. Twice the number of steps applied, and one more once the epoch that the last step
 *     ended is evaluated
 * @param phase what it does at the moment
 * @param microbatch the one it computes; -1 when none
 */
public record Progress(long position, Phase phase, int microbatch) {

    /** What a worker can be stuck in. */
    public enum Phase {
        /** Opening data and model, or waiting for a generation. */
        IDLE,
        /** Finding the other members. */
        MEETING,
        /** Copying state from or to another member. */
        COPYING,
        /** Taking a checkpoint back. */
        RESTORING,
        /** Waiting for the data feed. */
        DATA,
        /** Computing a microbatch's gradient. */
        COMPUTING,
        /** Exchanging gradients with the other members. */
        EXCHANGING,
        /** Applying the optimizer. */
        APPLYING,
        /** Evaluating on held-out samples. */
        EVALUATING,
        /** Waiting for a checkpoint to be copied. */
        SAVING;

        /** Returns what that is to the detectors. */
        dev.perdure.reliability.Phase asPhase() {
            return switch (this) {
                case IDLE -> dev.perdure.reliability.Phase.IDLE;
                case MEETING -> dev.perdure.reliability.Phase.MEETING;
                case COPYING -> dev.perdure.reliability.Phase.COPYING;
                case RESTORING -> dev.perdure.reliability.Phase.RESTORING;
                case DATA -> dev.perdure.reliability.Phase.LOADING;
                case COMPUTING -> dev.perdure.reliability.Phase.COMPUTING;
                case EXCHANGING -> dev.perdure.reliability.Phase.COLLECTIVE;
                case APPLYING -> dev.perdure.reliability.Phase.UPDATING;
                case EVALUATING -> dev.perdure.reliability.Phase.EVALUATING;
                case SAVING -> dev.perdure.reliability.Phase.SAVING;
            };
        }
    }
}
