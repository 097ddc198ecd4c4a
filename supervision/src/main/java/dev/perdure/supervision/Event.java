package dev.perdure.supervision;

/** Everything that can happen to a supervisor. Whoever feeds it tells each event once, in the order it learnt of them. */
public sealed interface Event {

    /**
     * A worker said something.
     *
     * @param connection the one it came on, numbered by whoever owns the connections; never used twice by one supervisor
     */
    record Said(long connection, FromWorker message) implements Event {}

    /**
     * A connection ended without anybody having asked for it.
     *
     * @param connection the one that ended; if its worker has another by now, nothing is lost
     */
    record ConnectionLost(long connection, WorkerId worker, String evidence) implements Event {}

    /** Answers {@link Command.Launch}: there is a process. */
    record Started(WorkerId worker, long pid) implements Event {}

    /** Answers {@link Command.Launch}: there is none, and will be none. */
    record NotStarted(WorkerId worker, String reason) implements Event {}

    /**
     * A process is gone for certain. Also answers {@link Command.Kill}, at once when there is no such process.
     *
     * @param exit its exit value; 128 + n when signal n ended it
     */
    record Exited(WorkerId worker, int exit) implements Event {}

    /** Time has passed. Told every {@link Patience#tick()}; a much longer gap means that the supervisor itself was away. */
    record Tick() implements Event {}

    /** From now on this many are wanted. */
    record Resize(int workers, int spares) implements Event {}

    /** Somebody wants the run to end where it stands. */
    record StopAsked(String reason) implements Event {}

    /** Answers {@link Command.Write}: all its facts are durable. */
    record Written(long batch) implements Event {}

    /** Answers {@link Command.Write}: none of its facts is, and trying again may help. */
    record NotWritten(long batch, String reason) implements Event {}

    /** The run has a supervisor with a greater epoch, as the registry or a worker has said. */
    record Superseded(long epoch) implements Event {}

    /** Groups formed from now on meet elsewhere. */
    record MeetsAt(String place) implements Event {}
}
