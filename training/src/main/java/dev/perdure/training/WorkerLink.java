package dev.perdure.training;

import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.ToWorker;
import java.time.Duration;

/** A worker's end of the line to its supervisor. It finds the supervisor's successor by itself when there is one. */
public interface WorkerLink extends AutoCloseable {

    /** What a link needs to know of its worker, asked and told on threads of the link's own. */
    interface Side {
        /** Returns how to ask to be let in, now. */
        FromWorker.Join join();

        /** Returns the generation that this worker is a member of, and how far it is. */
        FromWorker.Heartbeat heartbeat();

        /** Takes an order; must not block. */
        void ordered(ToWorker order);
    }

    /** Opens links. */
    interface Opener {
        WorkerLink open(Side side);
    }

    /** Sends without waiting. What is sent while nobody listens is lost, except that {@link Side#join} is asked again. */
    void send(FromWorker message);

    /** Returns how long nobody has listened at the other end; zero when somebody does. */
    Duration alone();

    @Override
    void close();
}
