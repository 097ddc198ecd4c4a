package dev.perdure.chaos;

import dev.perdure.routing.Notice;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** What a campaign abuses and asks: written by whoever knows how models are served. */
public interface ServedTarget {

    /** How a request ended. */
    enum End {
        /** Answered rightly and in time. */
        RIGHT,
        /** Answered rightly, but late. */
        LATE,
        /** Answered by a lower tier. */
        DEGRADED,
        /** Not answered. */
        FAILED,
        /** Answered, and not rightly. */
        WRONG
    }

    /**
     * A request that has come to its end.
     *
     * @param due when it was to be sent
     * @param millis from then until its end
     * @param words what went wrong; empty when nothing did
     */
    record Ended(Instant due, double millis, End end, String words) {}

    /** Returns the processes of replicas that live, the oldest first. */
    List<ProcessHandle> replicas();

    /** Returns whether as many as wanted are in use, and no others live. */
    boolean isComplete();

    /** Returns where REST is spoken. */
    InetSocketAddress http();

    /** Returns the path of requests for the model that is asked. */
    String path();

    /** Returns the JSON of a right request. */
    String body();

    /** Has told what happens to replicas, by any thread, which must not be held up. */
    void hear(Consumer<Notice> listener);

    /** Asks, so many times a second whatever happens, until it is told to stop; then returns when all is answered. */
    void ask(double perSecond, Consumer<Ended> ended) throws InterruptedException;

    /** Has {@link #ask} come to its end. */
    void stopAsking();

    /** Asks so much more for a while, with lower priority, and returns when all is answered or refused. */
    void askMore(double perSecond, Duration length, Consumer<Ended> ended) throws InterruptedException;

    /** Asks once, with an id that replicas see. Returns how it ended. */
    Ended askOnce(String id);
}
