package dev.perdure.replica;

import dev.perdure.oip.ModelId;
import java.util.List;

/**
 * A host that keeps replicas for gateways of other hosts: it starts, watches and ends processes, and has no say in what they
 * are for. Gateways ask replicas themselves, so its own end ends no request.
 *
 * <p>Whoever looks is an owner, by a name that nobody else knows. A replica belongs to the owner that had it started; of one
 * that does not look for long, all are ended. Methods are called by threads of their own, several at once, and may block.
 */
public interface Hosting {

    /**
     * What a bundle is told by.
     *
     * @param model with its version
     * @param digest the SHA-256 of its manifest
     */
    record Offered(ModelId model, String digest) {}

    /**
     * A replica as its owner sees it.
     *
     * @param id no other replica ever had it
     * @param number the owner's, of its own choice
     * @param port where it is asked, at this host; 0 while it cannot be
     * @param hasEnded whether its process is gone for certain
     * @param exit 128 + n when signal n ended it, -1 when nobody knows; 0 while it lives
     * @param words what it said last when it ended before it could be asked; empty otherwise
     */
    record Owned(String id, long number, Offered bundle, int port, boolean hasEnded, int exit, String words) {}

    /**
     * What a host has for an owner.
     *
     * @param bundles that were verified, and can be served
     * @param free how many more replicas may be started
     * @param replicas the owner's; also those that ended within the last minute
     */
    record Sight(List<Offered> bundles, int free, List<Owned> replicas) {
        public Sight {
            bundles = List.copyOf(bundles);
            replicas = List.copyOf(replicas);
        }
    }

    /** Says that the owner lives, and returns what there is. */
    Sight look(String owner);

    /**
     * Starts a replica, unless there is one with this id. Returns when there is a process; it can be asked when {@link #look}
     * tells its port.
     *
     * @throws RefusedException if there is none
     */
    void start(String owner, String id, long number, Offered bundle) throws RefusedException;

    /**
     * Has a replica of the owner end; does not wait for that. One that is not there is no error.
     *
     * @param kill whether at once, without answering what is under way
     */
    void stop(String owner, String id, boolean kill);

    /** A replica is not started, for a reason that people can do something about. */
    final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;

        /** With the message for people. */
        public RefusedException(String message) {
            super(message);
        }
    }
}
