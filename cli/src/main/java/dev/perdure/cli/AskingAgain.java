package dev.perdure.cli;

import dev.perdure.benchmarks.OpenLoad;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients of one address over several connections, that do what any client has to do whose connection ends: connect again, and
 * ask again, until a request's deadline. Requests have different ids.
 */
final class AskingAgain implements OpenLoad.Asker, AutoCloseable {
    private static final long PAUSE_MILLIS = 20;

    private final List<OipClient> clients = new ArrayList<>();
    private final Map<String, Integer> asked = new ConcurrentHashMap<>();
    private final AtomicInteger turn = new AtomicInteger();

    AskingAgain(OipAddress address, int connections) {
        for (int i = 0; i < connections; i++) {
            clients.add(new OipClient(address));
        }
    }

    @Override
    public CompletableFuture<Outcome> infer(InferRequest request, Deadline deadline) {
        var answer = new CompletableFuture<Outcome>();
        send(request, deadline, answer);
        return answer;
    }

    private void send(InferRequest request, Deadline deadline, CompletableFuture<Outcome> answer) {
        OipClient client = clients.get(Math.floorMod(turn.getAndIncrement(), clients.size()));
        var _ = client.infer(request, deadline).thenAccept(outcome -> {
            boolean isBroken = outcome instanceof Outcome.NoAnswer || outcome instanceof Outcome.NotSent;
            if (!isBroken || !deadline.left().isPositive()) {
                answer.complete(outcome);
                return;
            }
            asked.merge(request.id(), 1, Integer::sum);
            CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)
                    .execute(() -> send(request, deadline, answer));
        });
    }

    /** Returns how often a request of this id had to be asked again, and forgets it. */
    int again(String id) {
        return Optional.ofNullable(asked.remove(id)).orElse(0);
    }

    @Override
    public void close() {
        clients.forEach(OipClient::close);
    }
}
