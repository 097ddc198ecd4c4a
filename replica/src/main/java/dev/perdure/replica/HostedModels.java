package dev.perdure.replica;

import dev.perdure.oip.Call;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.Inference;
import dev.perdure.oip.InferenceService;
import dev.perdure.oip.ModelConfig;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.ModelMetadata;
import dev.perdure.oip.ModelStatistics;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.RepositoryEntry;
import dev.perdure.oip.ServerMetadata;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** All models of a replica, as the protocol asks them. Who names no version gets the newest that is not unloading. */
final class HostedModels implements InferenceService, Inference {
    private static final Comparator<HostedModel> BY_VERSION =
            Comparator.comparing(HostedModel::version, Versions::compare);
    private static final ServerMetadata METADATA = new ServerMetadata(
            "perdure-replica",
            "1",
            List.of("binary_tensor_data", "classification", "model_configuration", "statistics"));

    private final ConcurrentMap<ModelId, HostedModel> models = new ConcurrentHashMap<>();
    private final ReplicaProbe probe;
    private volatile boolean draining;

    HostedModels(ReplicaProbe probe) {
        this.probe = probe;
    }

    /** Takes a model in, unless its version is there already; returns the one that is. */
    HostedModel add(HostedModel model) {
        HostedModel before = models.putIfAbsent(model.id(), model);
        return before == null ? model : before;
    }

    Optional<HostedModel> loaded(ModelId id) {
        return Optional.ofNullable(models.get(id));
    }

    Collection<HostedModel> all() {
        return models.values();
    }

    void remove(HostedModel model) {
        models.remove(model.id(), model);
    }

    void drain() {
        draining = true;
    }

    boolean draining() {
        return draining;
    }

    @Override
    public boolean ready() {
        return !draining && models.values().stream().anyMatch(model -> !model.unloading());
    }

    @Override
    public boolean ready(ModelId model) {
        return !hosted(model).unloading() && !draining;
    }

    @Override
    public ServerMetadata metadata() {
        return METADATA;
    }

    @Override
    public ModelMetadata metadata(ModelId model) {
        return hosted(model).metadata();
    }

    private HostedModel hosted(ModelId id) {
        Optional<HostedModel> found = id.version().isPresent()
                ? loaded(id)
                : models.values().stream()
                        .filter(model -> model.id().name().equals(id.name()))
                        .max(Comparator.comparing((HostedModel model) -> !model.unloading())
                                .thenComparing(BY_VERSION));
        return found.orElseThrow(() -> new OipException(
                OipError.NOT_FOUND, "model: %s is not loaded (expected: one of %s)".formatted(id, models.keySet())));
    }

    @Override
    public InferResponse infer(InferRequest request, Call call) {
        probe.taken(request);
        return Answering.await(call, abandonable -> ask(request, abandonable));
    }

    /** A probe may take its time, which the caller must not. */
    @Override
    public CompletableFuture<InferResponse> begin(InferRequest request, Call call) {
        return probe.equals(ReplicaProbe.NONE)
                ? ask(request, call)
                : CompletableFuture.runAsync(() -> probe.taken(request), Thread::startVirtualThread)
                        .thenCompose(_ -> ask(request, call));
    }

    private CompletableFuture<InferResponse> ask(InferRequest request, Call call) {
        while (true) {
            if (draining) {
                throw new OipException(OipError.UNAVAILABLE, "this replica is stopping. Ask another");
            }
            HostedModel model = hosted(request.model());
            Optional<CompletableFuture<InferResponse>> response = model.begin(request, call);
            if (response.isPresent()) {
                return response.get();
            }
            // It began to unload in this moment: another version may answer who names none.
            if (request.model().version().isPresent() || hosted(request.model()) == model) {
                throw new OipException(
                        OipError.UNAVAILABLE, "model: %s is unloading. Ask another replica".formatted(model.id()));
            }
        }
    }

    @Override
    public ModelConfig config(ModelId model) {
        return hosted(model).config();
    }

    @Override
    public List<ModelStatistics> statistics(Optional<ModelId> model) {
        model.ifPresent(this::hosted);
        return sorted().stream()
                .filter(known -> model.isEmpty()
                        || known.id().equals(model.get())
                        || ModelId.of(known.id().name()).equals(model.get()))
                .map(HostedModel::statistics)
                .toList();
    }

    private List<HostedModel> sorted() {
        return models.values().stream()
                .sorted(Comparator.comparing((HostedModel model) -> model.id().name())
                        .thenComparing(BY_VERSION))
                .toList();
    }

    List<ModelState> states() {
        return sorted().stream().map(HostedModel::state).toList();
    }

    @Override
    public List<RepositoryEntry> index(boolean ready) {
        return sorted().stream()
                .filter(model -> !ready || !model.unloading())
                .map(model -> new RepositoryEntry(
                        model.id().name(),
                        model.version(),
                        model.unloading() ? RepositoryEntry.State.UNLOADING : RepositoryEntry.State.READY,
                        ""))
                .toList();
    }
}
