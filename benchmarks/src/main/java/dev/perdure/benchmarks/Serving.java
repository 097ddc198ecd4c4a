package dev.perdure.benchmarks;

import dev.perdure.oip.OipAddress;
import dev.perdure.routing.Notice;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Has one model served for a bench, by whoever knows how processes are started. */
public interface Serving {

    /** A gateway with replicas behind it. Closing it ends all of them. */
    interface Served extends AutoCloseable {
        /** Returns where it is asked, over TCP. */
        OipAddress address();

        /** Returns the processes of replicas that live, the oldest first. */
        List<ProcessHandle> replicas();

        /** Returns whether as many replicas as wanted are in use, and no others live but those that stand by. */
        boolean isComplete();

        /** Loads another version beside all traffic, which takes over at once, and returns when it can be asked. */
        void serveNext() throws IOException, InterruptedException;

        /** Has told whatever happens to replicas, by the thread that decides; of several, the last hears. */
        void hear(Consumer<Notice> listener);

        @Override
        void close() throws IOException;
    }

    /** A gateway with replicas of which one can be made to answer wrongly. */
    interface Spoilable extends Served {
        /** Has one replica answer wrongly from now on, and returns when it begins to. Once. */
        void spoil() throws IOException;
    }

    /** A replica that is asked without a gateway. Closing it ends it. */
    interface Direct extends AutoCloseable {
        /** Returns where it is asked, over TCP. */
        OipAddress address();

        @Override
        void close() throws IOException;
    }

    /** Starts a gateway, and returns when all replicas can be asked. */
    Served gateway(int replicas, int standbys) throws IOException, InterruptedException;

    /** The same, with one replica, which judges no inputs and watches no drift. */
    Served unguarded() throws IOException, InterruptedException;

    /** The same, with three replicas and one of them to be spoilt. */
    Spoilable spoilable() throws IOException, InterruptedException;

    /** Returns whether there is another version to {@linkplain Served#serveNext serve}. */
    boolean hasNext();

    /** Starts a replica that computes so many batches at once, and returns when it can be asked. */
    Direct replica(int threads) throws IOException;

    /** Starts a replica as a gateway does, asks it, and ends it. Returns the time from the start to the answer. */
    Duration start() throws IOException;
}
