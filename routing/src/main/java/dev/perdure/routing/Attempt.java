package dev.perdure.routing;

import java.util.List;
import java.util.Optional;

/**
 * One try to have some items of a request answered.
 *
 * @param number within its request, from 0
 * @param tier index in the request's tiers
 * @param replica who was asked; nobody in tiers without replicas
 * @param items which, ascending
 * @param since when it was sent
 * @param endedAt when it ended; meaningless while open
 */
public record Attempt(
        int number,
        int tier,
        Optional<ReplicaId> replica,
        List<Integer> items,
        Kind kind,
        long since,
        End end,
        long endedAt) {

    /** Why it was sent. */
    public enum Kind {
        /** Nobody has these items. */
        PLAIN,
        /** Alone, since the item may be what ended a replica; or the item has come under that suspicion since it was sent. */
        SUSPECT,
        /** Somebody has them, but takes long; sent within a budget. */
        HEDGE,
        /** Somebody has them, but takes so long that they are sent in any case. */
        RESCUE
    }

    /** How it ended. */
    public enum End {
        /** It has not. */
        OPEN,
        /** With an answer. */
        ANSWERED,
        /** With NaN or infinity in an answer. */
        NOT_FINITE,
        /** With the replica. */
        DIED,
        /** With the replica's error. */
        ERROR,
        /** The replica did not take it: it was full, or could not be reached. */
        TURNED_AWAY,
        /** This tier has no answer to it. */
        NOTHING,
        /** The replica was found to answer wrongly. */
        DISCARDED
    }

    public Attempt {
        items = List.copyOf(items);
    }

    Attempt ended(End how, long now) {
        return new Attempt(number, tier, replica, items, kind, since, how, now);
    }

    Attempt suspected() {
        return new Attempt(number, tier, replica, items, Kind.SUSPECT, since, end, endedAt);
    }

    boolean isOpen() {
        return end == End.OPEN;
    }

    boolean isOf(ReplicaId which) {
        return replica.isPresent() && replica.get().equals(which);
    }
}
