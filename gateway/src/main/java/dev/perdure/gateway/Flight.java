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
import org.jspecify.annotations.Nullable;

/** A request until it is forgotten: its input, what its attempts gave, and who waits for the answer. */
final class Flight {
    private final Map<Integer, Part> parts = new ConcurrentHashMap<>();
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

    /** What is known of an attempt. It is written by whoever decides and by whoever reads from a replica. */
    private static final class Part {
        private final List<Integer> items;
        private final Optional<ReplicaId> replica;
        private final String age;
        private final long sentAt = System.nanoTime();
        private volatile @Nullable Pending pending;
        private volatile Optional<List<Tensor>> outputs = Optional.empty();
        private volatile Optional<Tensor> inner = Optional.empty();
        private volatile long took;

        Part(List<Integer> items, Optional<ReplicaId> replica, String age) {
            this.items = items;
            this.replica = replica;
            this.age = age;
        }
    }

    private Optional<Part> part(int attempt) {
        return Optional.ofNullable(parts.get(attempt));
    }

    /** Some items are with a replica. */
    void sent(int attempt, ReplicaId replica, List<Integer> which) {
        parts.put(attempt, new Part(which, Optional.of(replica), ""));
    }

    /** A tier without replicas has answers to some items, perhaps of some age. */
    void fell(int attempt, List<Integer> which, String age) {
        parts.put(attempt, new Part(which, Optional.empty(), age));
    }

    /** Returns how old an attempt's answers are, for people; empty when they were given now. */
    String age(int attempt) {
        return part(attempt).map(part -> part.age).orElse("");
    }

    /** Returns the key of the deployment whose replica had an attempt. */
    String key(int attempt) {
        return part(attempt).flatMap(part -> part.replica).orElseThrow().version();
    }

    void under(int attempt, Pending answer) {
        part(attempt).orElseThrow().pending = answer;
    }

    void cancel(int attempt) {
        part(attempt).flatMap(part -> Optional.ofNullable(part.pending)).ifPresent(answer -> answer.cancel(true));
    }

    /** All outputs of the attempt's items, in their order. */
    void gave(int attempt, List<Tensor> given) {
        Part part = part(attempt).orElseThrow();
        part.took = System.nanoTime() - part.sentAt;
        part.outputs = Optional.of(given);
    }

    /** An attempt's items' distances in an inner layer, and perhaps what it gives: before its outputs. */
    void gaveInner(int attempt, Tensor given) {
        part(attempt).orElseThrow().inner = Optional.of(given);
    }

    Optional<Tensor> inner(int attempt) {
        return part(attempt).flatMap(part -> part.inner);
    }

    /** These attempts are what the client gets. */
    void answeredBy(List<Integer> attempts) {
        nanos = attempts.stream()
                .mapToLong(attempt -> part(attempt).map(part -> part.took).orElse(0L))
                .max()
                .orElse(0);
        by = attempts.size() == 1 ? part(attempts.getFirst()).flatMap(part -> part.replica) : Optional.empty();
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
        return part(attempt).flatMap(part -> part.outputs).orElseThrow();
    }

    List<Integer> items(int attempt) {
        return part(attempt).map(part -> part.items).orElseThrow();
    }
}
