package dev.perdure.training;

import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import java.io.IOException;

/** Where workers reach their supervisor. */
public interface SupervisorPort extends AutoCloseable {

    /** What is told of connections, each in order, on threads of the port's own. */
    interface Listener {
        /**
         * A worker said something.
         *
         * @param connection counts up; never used twice by one port
         */
        void said(long connection, FromWorker message);

        /** A connection has ended, and not because this side closed it. */
        void lost(long connection, WorkerId worker, String evidence);
    }

    /** Opens ports. */
    interface Opener {
        /**
         * Begins to listen, and writes into the run's folder where.
         *
         * @param epoch of the supervisor that listens
         */
        SupervisorPort open(RunFolder folder, long epoch, Listener listener) throws IOException;
    }

    /** Sends without waiting; does nothing when the connection is gone. */
    void send(long connection, WorkerId worker, ToWorker message);

    @Override
    void close();
}
