package dev.perdure.gateway;

import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.Outcome;
import dev.perdure.oip.Tensor;
import dev.perdure.routing.Event.Cause;
import dev.perdure.routing.ReplicaId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Requests that were answered, computed once more by another version, for nobody. No request waits for one: it is sent after
 * the answer, to one replica, once; not at all when requests wait or several copies are under way already.
 */
final class Copies {
    private static final int UNDER_WAY_MAX = 8;

    private final Replicas replicas;
    private final Semaphore room = new Semaphore(UNDER_WAY_MAX);

    Copies(Replicas replicas) {
        this.replicas = replicas;
    }

    /** What became of a copy. */
    sealed interface Copied {
        /** It was computed, and took so long. */
        record Given(List<Tensor> outputs, long nanos) implements Copied {}

        /** There was an error, or NaN or infinity. */
        record Failed() implements Copied {}

        /** It was not computed in so long. */
        record Late(long nanos) implements Copied {}
    }

    /**
     * Sends one. Does not block; nothing is told when it says nothing about the version.
     *
     * @param told called by a thread that must not be held up
     */
    void send(InferRequest request, ServedVersion to, ReplicaId replica, Duration within, Consumer<Copied> told) {
        Optional<OipClient> client = replicas.client(replica);
        if (client.isEmpty() || !room.tryAcquire()) {
            return;
        }
        var copy = new InferRequest(to.id(), request.id(), Map.of(), request.inputs(), List.of());
        long begin = System.nanoTime();
        var _ = client.get().infer(copy, Deadline.in(within)).thenAccept(outcome -> {
            room.release();
            long nanos = System.nanoTime() - begin;
            int items = Math.toIntExact(request.inputs().getFirst().shape().size(0));
            copied(outcome, to, items, nanos).ifPresent(told);
        });
    }

    /** Returns what it says about the version; nothing when it was not tried, or its replica ended, for whatever reason. */
    private static Optional<Copied> copied(Outcome outcome, ServedVersion version, int items, long nanos) {
        return switch (outcome) {
            case Outcome.Answered answered -> {
                List<Tensor> outputs = answered.response().outputs();
                boolean isRight = Answers.unfit(outputs, version, items).isEmpty() && Finite.all(outputs);
                yield Optional.of(
                        isRight ? new Copied.Given(Answers.ordered(outputs, version), nanos) : new Copied.Failed());
            }
            case Outcome.Refused refused ->
                Optional.<Copied>of(new Copied.Failed())
                        .filter(_ -> Told.cause(refused.why().error()) != Cause.TURNED_AWAY);
            case Outcome.Late _ -> Optional.of(new Copied.Late(nanos));
            case Outcome.NotSent _, Outcome.NoAnswer _, Outcome.Cancelled _ -> Optional.empty();
        };
    }
}
