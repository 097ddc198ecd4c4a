package dev.perdure.wire;

import dev.perdure.supervision.WorkerId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which stream speaks for which worker.
 *
 * <p>A worker's name belongs to the life that joined with it first: a secret that the process drew and told to nobody
 * but its supervisor.
 *
 * <table>
 *   <caption>Who is let in</caption>
 *   <tr><th>name</th><th>life</th><th>earlier stream</th><th></th></tr>
 *   <tr><td>new</td><td>any</td><td>none</td><td>admitted</td></tr>
 *   <tr><td>known</td><td>the same</td><td>none</td><td>admitted: it has come back</td></tr>
 *   <tr><td>known</td><td>the same</td><td>open</td><td>admitted, and the earlier stream ends: its connection broke
 *       where only the worker could see it</td></tr>
 *   <tr><td>known</td><td>another</td><td>any</td><td>refused, and the earlier stream stays</td></tr>
 * </table>
 *
 * <p>One thread admits and removes; any thread may look up and forget.
 *
 * @param <L> a life's secret
 * @param <S> a stream
 */
final class Roster<L, S> {
    private final Map<WorkerId, L> lives = new ConcurrentHashMap<>();
    private final Map<WorkerId, S> streams = new ConcurrentHashMap<>();

    /** What becomes of a stream that asks to speak for a worker. */
    sealed interface Admission<S> {
        /** It speaks for the worker from now on; {@code replaced} does not any more. */
        record Admitted<S>(Optional<S> replaced) implements Admission<S> {}

        /** The name belongs to another life. */
        record Refused<S>() implements Admission<S> {}
    }

    Admission<S> admit(WorkerId worker, L life, S stream) {
        L known = lives.putIfAbsent(worker, life);
        return known == null || known.equals(life)
                ? new Admission.Admitted<>(Optional.ofNullable(streams.put(worker, stream)))
                : new Admission.Refused<>();
    }

    Optional<S> streamOf(WorkerId worker) {
        return Optional.ofNullable(streams.get(worker));
    }

    /** Takes a stream out, and returns whether it was the one that speaks for the worker. */
    boolean remove(WorkerId worker, S stream) {
        return streams.remove(worker, stream);
    }

    /** Gives a name free. */
    void forget(WorkerId worker) {
        lives.remove(worker);
    }
}
