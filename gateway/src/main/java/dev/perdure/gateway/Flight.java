package dev.perdure.gateway;

import dev.perdure.oip.Call;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.Pending;
import dev.perdure.oip.Tensor;
import dev.perdure.oip.Trace;
import dev.perdure.routing.Ask;
import dev.perdure.routing.ReplicaId;
import dev.perdure.routing.RequestId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** A request until it is forgotten: its input, what its attempts gave, and who waits for the answer. */
final class Flight {
    private final Map<Integer, Pending> pending = new ConcurrentHashMap<>();
    private final Map<Integer, List<Tensor>> outputs = new ConcurrentHashMap<>();
    private final Map<Integer, Tensor> inner = new ConcurrentHashMap<>();
    private final Map<Integer, List<Integer>> items = new ConcurrentHashMap<>();
    private final Map<Integer, String> ages = new ConcurrentHashMap<>();
    private final Map<Integer, ReplicaId> replicas = new ConcurrentHashMap<>();
    private final Map<Integer, Long> sentAt = new ConcurrentHashMap<>();
    private final Map<Integer, Long> took = new ConcurrentHashMap<>();
    private volatile long nanos;
    private volatile Optional<ReplicaId> by = Optional.empty();

    final RequestId id;
    final InferRequest request;
    final Ask ask;
    /** Of what it is part of, for whoever is asked. */
    final Map<String, String> headers;

    final CompletableFuture<Reply> reply = new CompletableFuture<>();

    Flight(RequestId id, InferRequest request, Ask ask, Call call) {
        this.id = id;
        this.request = request;
        this.ask = ask;
        this.headers = call.trace().map(Trace::headers).orElse(Map.of());
    }

    /** Returns the digests of some items' inputs. */
    List<String> digests(List<Integer> which) {
        List<String> all = ask.digests();
        return which.size() == all.size() ? all : which.stream().map(all::get).toList();
    }

    /** Some items are with a replica. */
    void sent(int attempt, ReplicaId replica, List<Integer> which) {
        replicas.put(attempt, replica);
        sentAt.put(attempt, System.nanoTime());
        items.put(attempt, which);
    }

    /** A tier without replicas has answers to some items, perhaps of some age. */
    void fell(int attempt, List<Integer> which, String age) {
        items.put(attempt, which);
        ages.put(attempt, age);
    }

    /** Returns how old an attempt's answers are, for people; empty when they were given now. */
    String age(int attempt) {
        return ages.getOrDefault(attempt, "");
    }

    /** Returns the key of the deployment whose replica had an attempt. */
    String key(int attempt) {
        return Optional.ofNullable(replicas.get(attempt)).orElseThrow().version();
    }

    void under(int attempt, Pending answer) {
        pending.put(attempt, answer);
    }

    void cancel(int attempt) {
        Optional.ofNullable(pending.remove(attempt)).ifPresent(answer -> answer.cancel(true));
    }

    /** All outputs of the attempt's items, in their order. */
    void gave(int attempt, List<Tensor> given) {
        outputs.put(attempt, given);
        pending.remove(attempt);
        Optional.ofNullable(sentAt.get(attempt)).ifPresent(since -> took.put(attempt, System.nanoTime() - since));
    }

    /** An attempt's items' distances in an inner layer, and perhaps what it gives: before its outputs. */
    void gaveInner(int attempt, Tensor given) {
        inner.put(attempt, given);
    }

    Optional<Tensor> inner(int attempt) {
        return Optional.ofNullable(inner.get(attempt));
    }

    /** These attempts are what the client gets. */
    void answeredBy(List<Integer> attempts) {
        nanos = attempts.stream()
                .mapToLong(attempt -> took.getOrDefault(attempt, 0L))
                .max()
                .orElse(0);
        by = attempts.size() == 1 ? Optional.ofNullable(replicas.get(attempts.getFirst())) : Optional.empty();
    }

    /** Returns the replica whose answer is the client's; nothing if there are several, or none. */
    Optional<ReplicaId> by() {
        return by;
    }

    /** Returns how long the replicas took whose answers the client gets; 0 if there are none. */
    long nanos() {
        return nanos;
    }

    List<Tensor> outputs(int attempt) {
        return Optional.ofNullable(outputs.get(attempt)).orElseThrow();
    }

    List<Integer> items(int attempt) {
        return Optional.ofNullable(items.get(attempt)).orElseThrow();
    }
}
