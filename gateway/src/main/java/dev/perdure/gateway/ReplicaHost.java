package dev.perdure.gateway;

import dev.perdure.oip.OipClient;
import dev.perdure.routing.ReplicaId;
import java.io.IOException;
import java.util.List;

/** Starts processes that answer, each with one version of a model. It may be asked by several threads at once. */
public interface ReplicaHost {

    /** Hears of one replica, from any thread, which must not be held up. */
    interface Listener {
        /** It can be talked to and has loaded its model; whoever launched it closes the client when it is gone. */
        void ready(OipClient client);

        /**
         * A sign of life.
         *
         * @param done requests that it has done in its life
         * @param waiting requests that it has now
         */
        void beat(long done, int waiting);

        /** Its process ends, or the connection to it broke; {@link #exited} or {@link #lost} follows at once, or nearly. */
        void ending(String why);

        /** It is not reached any more, or not what it should be; its process may live. */
        void lost(String why);

        /**
         * Its process is gone for certain, or was given up: it is out of reach, and whatever it says is not heard any more. 128 + n
         * when signal n ended it, -1 when nobody knows. The last that is heard, once.
         */
        void exited(int exit);
    }

    /** A process that was started. */
    interface Launched {
        /** Asks it to answer what is under way and end. Does not wait for that. */
        void stop();

        /** Ends it for certain, or gives it up where it is out of reach. Does not wait for that. */
        void kill();
    }

    /**
     * What an earlier life of this process left of a version.
     *
     * @param numbers of replicas that live, or lived a moment ago, and were started with its bundle; each once
     * @param firstNumber greater than that of any replica there ever was of it
     */
    record Left(List<Long> numbers, long firstNumber) {
        /** Nothing: this is the first life. */
        public static final Left NOTHING = new Left(List.of(), 1);

        public Left {
            numbers = List.copyOf(numbers);
        }
    }

    /** Returns what an earlier life left of a version; each replica is told once, and belongs to whoever asked from then on. */
    default Left left(ServedVersion version) {
        return Left.NOTHING;
    }

    /**
     * Takes over the one of this number that was left. Returns before it can be talked to; {@link Listener#exited} follows in any case, also when
     * it is not what it should be: it is ended then.
     *
     * @throws IOException if it is not there any more; nothing is heard then
     */
    default Launched adopt(ReplicaId replica, ServedVersion version, Listener listener) throws IOException {
        throw new IOException("replica %s: nothing was left (expected: a process)".formatted(replica));
    }

    /**
     * Starts one. Returns when there is a process, which need not be ready; {@link Listener#exited} follows in any case.
     *
     * @param isUrgent whether requests suffer until it is there; otherwise others that answer should not suffer from its start
     * @throws IOException if there is none; nothing is heard then
     */
    Launched start(ReplicaId replica, ServedVersion version, boolean isUrgent, Listener listener) throws IOException;
}
