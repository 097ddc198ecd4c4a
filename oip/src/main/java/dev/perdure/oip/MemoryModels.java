package dev.perdure.oip;

import dev.perdure.oip.ModelStatistics.Spent;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Models that are functions of this process: a whole service without a model engine. */
public final class MemoryModels implements InferenceService {
    private final ServerMetadata metadata;
    private final Map<ModelId, Hosted> models = new ConcurrentHashMap<>();
    private final Set<String> unloaded = ConcurrentHashMap.newKeySet();

    /** What a model does. */
    public interface Body {
        /** Returns all outputs; a response that is wanted otherwise is made from them. */
        List<Tensor> answer(InferRequest request, Call call) throws InterruptedException;
    }

    /**
     * A model.
     *
     * @param metadata one of its versions each is asked for alike
     * @param labels of the classes of its outputs; none when they have none
     */
    public record Model(ModelMetadata metadata, List<String> labels, Body body) {
        public Model {
            labels = List.copyOf(labels);
        }

        public Model(ModelMetadata metadata, Body body) {
            this(metadata, List.of(), body);
        }
    }

    private record Hosted(Model model, LongAdder succeeded, LongAdder failed, LongAdder nanos) {}

    public MemoryModels(ServerMetadata metadata, Collection<Model> models) {
        this.metadata = metadata;
        for (Model model : models) {
            for (String version : model.metadata().versions()) {
                this.models.put(
                        ModelId.of(model.metadata().name(), version),
                        new Hosted(model, new LongAdder(), new LongAdder(), new LongAdder()));
            }
        }
    }

    @Override
    public boolean ready() {
        return true;
    }

    @Override
    public boolean ready(ModelId model) {
        version(model);
        return !unloaded.contains(model.name());
    }

    @Override
    public ServerMetadata metadata() {
        return metadata;
    }

    @Override
    public ModelMetadata metadata(ModelId model) {
        return hosted(loaded(model)).model().metadata();
    }

    /** Returns the id with the version that answers: the newest, unless one is named. */
    private ModelId version(ModelId model) {
        Optional<ModelId> newest = model.version().isPresent()
                ? Optional.of(model).filter(models::containsKey)
                : models.keySet().stream()
                        .filter(known -> known.name().equals(model.name()))
                        .max(Comparator.comparing(known -> known.version().orElse("")));
        return newest.orElseThrow(() ->
                new OipException(OipError.NOT_FOUND, "model: %s (expected: one that the index has)".formatted(model)));
    }

    private ModelId loaded(ModelId model) {
        ModelId version = version(model);
        if (unloaded.contains(model.name())) {
            throw new OipException(
                    OipError.UNAVAILABLE, "model: %s is unloaded (expected: loaded). Load it".formatted(model));
        }
        return version;
    }

    private Hosted hosted(ModelId version) {
        return Optional.ofNullable(models.get(version)).orElseThrow();
    }

    @Override
    public InferResponse infer(InferRequest request, Call call) {
        ModelId version = loaded(request.model());
        Hosted hosted = hosted(version);
        long begin = System.nanoTime();
        try {
            InferResponse response = infer(request, call, version, hosted.model());
            hosted.succeeded().increment();
            return response;
        } catch (RuntimeException e) {
            hosted.failed().increment();
            throw e;
        } finally {
            hosted.nanos().add(System.nanoTime() - begin);
        }
    }

    private static InferResponse infer(InferRequest request, Call call, ModelId version, Model model) {
        model.metadata().check(request);
        try {
            List<Tensor> outputs = model.body().answer(request, call);
            return InferResponse.of(request, version, outputs, _ -> model.labels());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OipException(OipError.UNAVAILABLE, "the server is stopping");
        }
    }

    @Override
    public ModelConfig config(ModelId model) {
        ModelMetadata known = metadata(model);
        return new ModelConfig(known.name(), known.platform(), "memory", 0, known.inputs(), known.outputs());
    }

    @Override
    public List<ModelStatistics> statistics(Optional<ModelId> model) {
        model.ifPresent(this::version);
        return models.keySet().stream()
                .filter(known -> model.isEmpty()
                        || model.get().equals(known)
                        || model.get().equals(ModelId.of(known.name())))
                .sorted(Comparator.comparing(ModelId::toString))
                .map(known -> statistics(known, hosted(known)))
                .toList();
    }

    private static ModelStatistics statistics(ModelId id, Hosted hosted) {
        long succeeded = hosted.succeeded().sum();
        var spent = new Spent(succeeded, Duration.ofNanos(hosted.nanos().sum()));
        return new ModelStatistics(
                id.name(),
                id.version().orElse(""),
                0,
                succeeded,
                succeeded,
                spent,
                new Spent(hosted.failed().sum(), Duration.ZERO),
                Spent.NOTHING,
                Spent.NOTHING,
                spent,
                Spent.NOTHING,
                List.of());
    }

    @Override
    public List<RepositoryEntry> index(boolean ready) {
        return models.keySet().stream()
                .sorted(Comparator.comparing(ModelId::toString))
                .map(id -> new RepositoryEntry(id.name(), id.version().orElse(""), state(id), ""))
                .filter(entry -> !ready || entry.state() == RepositoryEntry.State.READY)
                .toList();
    }

    private RepositoryEntry.State state(ModelId id) {
        return unloaded.contains(id.name()) ? RepositoryEntry.State.UNAVAILABLE : RepositoryEntry.State.READY;
    }

    @Override
    public void load(String model, Map<String, Parameter> parameters, Call call) {
        version(ModelId.of(model));
        unloaded.remove(model);
    }

    @Override
    public void unload(String model, Map<String, Parameter> parameters, Call call) {
        version(ModelId.of(model));
        unloaded.add(model);
    }
}
