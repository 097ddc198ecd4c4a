package dev.perdure.replica;

import dev.perdure.engine.Port;
import dev.perdure.engine.Predictor;
import dev.perdure.oip.Call;
import dev.perdure.oip.Datatype;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelConfig;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.ModelMetadata;
import dev.perdure.oip.ModelStatistics;
import dev.perdure.oip.ModelStatistics.Spent;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Parameter;
import dev.perdure.oip.Tensor;
import dev.perdure.oip.TensorMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** One version of one model that answers: its queue, its instances, and what it has done. */
final class HostedModel {
    /** Of an answer with numbers that are not finite: how many. */
    static final String NON_FINITE = "perdure_non_finite";

    private static final long PRIORITY_USUAL = 100;

    private final ModelId id;
    private final String digest;
    private final String framework;
    private final ModelMetadata metadata;
    private final List<String> labels;
    private final Optional<InnerLayer> inner;
    private final Predictor predictor;
    private final BatchLimits limits;
    private final BatchQueue queue;
    private final Instances instances;
    private final LongAdder taken = new LongAdder();
    private final LongAdder answered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder late = new LongAdder();
    private final LongAdder turnedAway = new LongAdder();
    private final LongAdder nonFinite = new LongAdder();
    private final LongAdder answeredNanos = new LongAdder();
    private volatile boolean unloading;
    private volatile long lastMillis;

    /**
     * What is known of a model when it has been loaded.
     *
     * @param labels of the classes of its outputs; none when they have none
     * @param inner what it gives beside its outputs
     */
    record Known(ModelId id, String digest, String framework, List<String> labels, Optional<InnerLayer> inner) {
        Known {
            labels = List.copyOf(labels);
        }
    }

    HostedModel(Known known, Predictor predictor, ReplicaSettings settings) {
        this.id = known.id();
        this.digest = known.digest();
        this.framework = known.framework();
        this.labels = known.labels();
        this.inner = known.inner();
        List<Port> outputs = predictor.outputs().stream()
                .filter(port -> !isInner(port.name()))
                .toList();
        this.metadata = new ModelMetadata(
                id.name(), List.of(version()), framework, tensors(predictor.inputs()), tensors(outputs));
        this.predictor = predictor;
        this.limits = settings.batch();
        this.queue = new BatchQueue(limits);
        this.instances = new Instances(id.toString(), predictor, queue, settings.instances());
    }

    private boolean isInner(String name) {
        return inner.isPresent() && inner.get().is(name);
    }

    private static List<TensorMetadata> tensors(List<Port> ports) {
        return ports.stream().map(HostedModel::tensor).toList();
    }

    private static TensorMetadata tensor(Port port) {
        var shape = new ArrayList<Long>(List.of(-1L));
        for (long size : port.sample().toArray()) {
            shape.add(size);
        }
        return new TensorMetadata(port.name(), Datatype.of(port.dtype()), shape);
    }

    ModelId id() {
        return id;
    }

    String version() {
        return id.version().orElse("");
    }

    String digest() {
        return digest;
    }

    boolean unloading() {
        return unloading;
    }

    ModelMetadata metadata() {
        return metadata;
    }

    /**
     * Begins to answer a request. Does not block; what was begun is given up when it is abandoned.
     *
     * @return empty when it is unloading, and the request was not begun
     */
    Optional<CompletableFuture<InferResponse>> begin(InferRequest request, Call call) {
        metadata.check(request);
        Item item = item(request, call);
        if (!let(item)) {
            return Optional.empty();
        }
        taken.increment();
        lastMillis = System.currentTimeMillis();
        var _ = call.abandoned().whenComplete((_, _) -> abandon(item));
        return Optional.of(item.outputs()
                .thenApply(given -> response(request, item, given))
                .whenComplete((_, failure) -> count(failure)));
    }

    private InferResponse response(InferRequest request, Item item, List<Tensor> given) {
        List<Tensor> outputs =
                given.stream().filter(tensor -> !isInner(tensor.name())).toList();
        InferResponse response = InferResponse.of(request, id, outputs, _ -> labels);
        answeredNanos.add(System.nanoTime() - item.arrivedNanos());
        InferResponse told = told(response, Finite.nonFinite(outputs));
        return inner.flatMap(layer -> layer.answer(request, given))
                .map(beside -> with(told, beside))
                .orElse(told);
    }

    private void count(@Nullable Throwable failure) {
        if (failure == null) {
            answered.increment();
        } else {
            (Answering.isLate(failure) ? late : failed).increment();
        }
    }

    private static InferResponse with(InferResponse response, Tensor beside) {
        var outputs = new ArrayList<>(response.outputs());
        outputs.add(beside);
        return new InferResponse(response.model(), response.id(), response.parameters(), outputs);
    }

    private Item item(InferRequest request, Call call) {
        var inputs = new ArrayList<Tensor>(metadata.inputs().size());
        for (TensorMetadata input : metadata.inputs()) {
            inputs.add(request.inputs().stream()
                    .filter(given -> given.name().equals(input.name()))
                    .findFirst()
                    .orElseThrow());
        }
        long samples = inputs.getFirst().shape().size(0);
        for (Tensor input : inputs) {
            if (samples < 1 || input.shape().size(0) != samples) {
                throw new OipException(
                        OipError.INVALID,
                        "input %s: %d samples (expected: %s)"
                                .formatted(
                                        input.name(),
                                        input.shape().size(0),
                                        samples < 1
                                                ? "at least 1"
                                                : samples + ", as "
                                                        + inputs.getFirst().name() + " has"));
            }
        }
        return Item.of(request.priority().orElse(PRIORITY_USUAL), inputs, samples, call);
    }

    private boolean let(Item item) {
        try {
            return queue.offer(item);
        } catch (OipException full) {
            turnedAway.increment();
            throw full;
        }
    }

    private void abandon(Item item) {
        if (!item.outputs().isDone() && item.late()) {
            queue.withdraw(item);
        }
    }

    private InferResponse told(InferResponse response, long bad) {
        if (bad == 0) {
            return response;
        }
        nonFinite.increment();
        return new InferResponse(
                response.model(), response.id(), Map.of(NON_FINITE, Parameter.of(bad)), response.outputs());
    }

    ModelState state() {
        Instances.Work work = instances.work();
        return new ModelState(
                id,
                digest,
                framework,
                unloading,
                taken.sum(),
                answered.sum(),
                failed.sum(),
                late.sum(),
                turnedAway.sum(),
                queue.size(),
                instances.batches(),
                instances.samples(),
                work.computing(),
                Duration.ofNanos(work.oldestNanos()),
                nonFinite.sum());
    }

    ModelConfig config() {
        List<TensorMetadata> inputs = withoutBatch(metadata.inputs());
        return new ModelConfig(
                id.name(), framework, "perdure", limits.samplesMax(), inputs, withoutBatch(metadata.outputs()));
    }

    private static List<TensorMetadata> withoutBatch(List<TensorMetadata> tensors) {
        return tensors.stream()
                .map(tensor -> new TensorMetadata(
                        tensor.name(),
                        tensor.datatype(),
                        tensor.shape().subList(1, tensor.shape().size())))
                .toList();
    }

    ModelStatistics statistics() {
        long batches = instances.batches();
        return new ModelStatistics(
                id.name(),
                version(),
                lastMillis,
                instances.samples(),
                batches,
                new Spent(answered.sum(), Duration.ofNanos(answeredNanos.sum())),
                new Spent(failed.sum() + late.sum(), Duration.ZERO),
                new Spent(taken.sum(), Duration.ofNanos(instances.queuedNanos())),
                Spent.NOTHING,
                new Spent(batches, Duration.ofNanos(instances.computedNanos())),
                Spent.NOTHING,
                List.of());
    }

    /** Lets nothing in any more, answers what is in, and frees the model. */
    void close() {
        unloading = true;
        queue.close();
        instances.join();
        predictor.close();
    }
}
