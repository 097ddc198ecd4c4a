package dev.perdure.gateway;

import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.Outcome;
import dev.perdure.oip.Pending;
import dev.perdure.oip.Tensor;
import dev.perdure.routing.Command;
import dev.perdure.routing.Event;
import dev.perdure.routing.Event.Cause;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Sends items of requests to replicas, and tells what came of it. */
final class Attempts {
    /** After a connection broke, the replica's end is learnt of within this; if not, only the request was lost. */
    private static final long END_KNOWN_MILLIS = 300;

    private final Replicas replicas;
    private final Deployments deployments;
    private final KnownGood known;
    private final InnerLayer inner;
    private final long originNanos;
    private final Consumer<Event> tell;

    /**
     * @param originNanos of the clock that deadlines are on
     * @param tell may be called from any thread
     */
    Attempts(
            Replicas replicas,
            Deployments deployments,
            KnownGood known,
            InnerLayer inner,
            long originNanos,
            Consumer<Event> tell) {
        this.replicas = replicas;
        this.deployments = deployments;
        this.known = known;
        this.inner = inner;
        this.originNanos = originNanos;
        this.tell = tell;
    }

    /** Does not block. */
    void send(Flight flight, Command.Send send) {
        flight.sent(send.attempt(), send.replica(), send.items());
        Optional<OipClient> client = replicas.client(send.replica());
        if (client.isEmpty()) {
            failed(send, Cause.TURNED_AWAY, "there is no way to it");
            return;
        }
        ServedVersion version = deployments.served(send.replica().version());
        var request = new InferRequest(
                version.id(),
                flight.request.id(),
                inner.asked(version, send.request()),
                Rows.take(flight.request.inputs(), send.items()),
                List.of());
        Pending pending = client.get().infer(request, new Deadline(originNanos + send.deadline()), flight.headers);
        flight.under(send.attempt(), pending);
        var _ = pending.thenAccept(outcome -> came(flight, send, version, outcome));
    }

    /** Called by the thread that reads from the replica. */
    private void came(Flight flight, Command.Send send, ServedVersion version, Outcome outcome) {
        switch (outcome) {
            case Outcome.Answered answered -> {
                var outputs = answered.response().outputs();
                String unfit = Answers.unfit(outputs, version, send.items().size());
                if (unfit.isEmpty()) {
                    InnerLayer.of(outputs, version, send.items().size())
                            .ifPresent(beside -> flight.gaveInner(send.attempt(), beside));
                    gave(flight, send, version, Answers.ordered(outputs, version));
                } else {
                    failed(send, Cause.ERROR, unfit);
                }
            }
            case Outcome.Refused refused ->
                failed(send, Told.cause(refused.why().error()), refused.why().reason());
            case Outcome.NotSent notSent -> failed(send, Cause.TURNED_AWAY, notSent.why());
            case Outcome.NoAnswer lost ->
                CompletableFuture.delayedExecutor(END_KNOWN_MILLIS, TimeUnit.MILLISECONDS, Runnable::run)
                        .execute(() -> failed(send, Cause.TURNED_AWAY, lost.why()));
            case Outcome.Late _ -> failed(send, Cause.ERROR, "no answer before the deadline");
            case Outcome.Cancelled _ -> {}
        }
    }

    private void gave(Flight flight, Command.Send send, ServedVersion version, List<Tensor> outputs) {
        flight.gave(send.attempt(), outputs);
        boolean isFinite = Finite.all(outputs);
        if (isFinite) {
            known.gave(send.replica(), version, flight.digests(send.items()), outputs);
        }
        tell.accept(new Event.Answered(send.request(), send.attempt(), isFinite));
    }

    private void failed(Command.Send send, Cause cause, String words) {
        tell.accept(new Event.Failed(send.request(), send.attempt(), cause, words));
    }
}
