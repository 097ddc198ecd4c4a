package dev.perdure.chaos;

import java.io.IOException;
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
     * @param again how often it had to be sent again because its connection had ended
     * @param words what went wrong; empty when nothing did
     */
    record Ended(Instant due, double millis, End end, int again, String words) {}

    /** Returns the processes of gateways that live, in order of their numbers. */
    List<ProcessHandle> gateways() throws IOException;

    /** Returns the process that keeps gateways. */
    ProcessHandle parent();

    /** Starts another process that keeps gateways, in place of one that is gone. */
    void startParent() throws IOException;

    /** Has every packet to and from the other host vanish, neither end being told; there is one if the plan needs it. */
    void cutOff() throws IOException;

    /** Has packets arrive there again. */
    void mend() throws IOException;

    /** Adds a model of another name, and so much weight, to those that are served. */
    void addModel(int megabytes) throws IOException;

    /** Takes the model away that was added. */
    void removeModel() throws IOException;

    /** Returns the processes of replicas that live, the oldest first. */
    List<ProcessHandle> replicas() throws IOException;

    /**
     * Returns whether there are as many gateways as wanted, and each has as many replicas in use, and no others live; and where there
     * is another host, each has some there.
     */
    boolean isComplete() throws IOException;

    /** Returns where REST is spoken. */
    InetSocketAddress http();

    /** Returns the path of requests for the model that is asked. */
    String path();

    /** Returns the JSON of a right request. */
    String body();

    /** Has told what is told of processes, by any thread, which must not be held up. */
    void hear(Consumer<Told> listener);

    /** Asks, so many times a second whatever happens, until it is told to stop; then returns when all is answered. */
    void ask(double perSecond, Consumer<Ended> ended) throws InterruptedException;

    /** Has {@link #ask} come to its end. */
    void stopAsking();

    /** Asks so much more for a while, with lower priority, and returns when all is answered or refused. */
    void askMore(double perSecond, Duration length, Consumer<Ended> ended) throws InterruptedException;

    /** Asks once, with an id that replicas see. Returns how it ended. */
    Ended askOnce(String id);
}
