package dev.perdure.gateway;

import dev.perdure.oip.Call;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.InferenceService;
import dev.perdure.oip.ModelConfig;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.ModelMetadata;
import dev.perdure.oip.ModelStatistics;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.Page;
import dev.perdure.oip.RepositoryEntry;
import dev.perdure.oip.ServerMetadata;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What clients talk to. It owns every request until it is answered: keeps what was asked, sends it to a replica, and elsewhere
 * when that one dies, hangs or is wrong, and answers once. No model is in it.
 *
 * <p>Closing it ends all replicas; whoever puts it behind a server closes that before.
 */
public final class Gateway implements InferenceService, AutoCloseable {
    private final ServerMetadata metadata;
    private final SortedMap<String, ServedModel> models = new TreeMap<>();
    private final Map<ModelId, Tally> tallies = new ConcurrentHashMap<>();
    private final GatewaySettings settings;
    private final Asks asks;
    private final InputWatch inputs;

    /**
     * Begins to start replicas of all versions.
     *
     * @param versions of any models, each once; of those of one model with equal inputs and outputs the older stands in for
     *     the newer
     */
    public Gateway(
            ServerMetadata metadata,
            Collection<ServedVersion> versions,
            GatewaySettings settings,
            ReplicaHost host,
            GatewayListener listener) {
        this.metadata = metadata;
        this.settings = settings;
        this.asks = new Asks(settings);
        this.inputs = new InputWatch(
                settings.safeguards(), this::served, (version, change) -> listener.drifts(version.id(), change));
        var byName = new TreeMap<String, List<ServedVersion>>();
        for (ServedVersion version : versions) {
            byName.computeIfAbsent(version.id().name(), _ -> new ArrayList<>()).add(version);
        }
        byName.forEach((name, all) -> models.put(name, new ServedModel(name, all, settings, host, listener)));
    }

    private ServedModel served(ModelId model) {
        return Optional.ofNullable(models.get(model.name())).orElseThrow(() -> unknown(model));
    }

    private Deployment asked(ModelId model) {
        return served(model).asked(model).orElseThrow(() -> unknown(model));
    }

    private ServedVersion version(ModelId model) {
        return asked(model).served();
    }

    private OipException unknown(ModelId model) {
        return new OipException(OipError.NOT_FOUND, "model: %s (expected: one of %s)".formatted(model, served()));
    }

    private List<ModelId> served() {
        return models.values().stream()
                .flatMap(model -> model.versions().named().values().stream())
                .map(deployment -> deployment.served().id())
                .toList();
    }

    @Override
    public InferResponse infer(InferRequest request, Call call) {
        ServedVersion version = version(request.model());
        version.metadata(List.of()).check(request);
        VersionGuard.Guarded guarded = inputs.before(version, request);
        long begin = System.nanoTime();
        try {
            ServedModel.Asked asked = served(request.model()).infer(guarded.request(), call, asks);
            version = asked.of().served();
            Reply.Answered answered = asked.answered();
            tally(version).answered(answered, System.nanoTime() - begin);
            return InputWatch.said(Answers.of(request, answered, version), guarded);
        } catch (OipException e) {
            tally(version).failed(System.nanoTime() - begin);
            throw e;
        }
    }

    private Tally tally(ServedVersion version) {
        return tallies.computeIfAbsent(version.id(), _ -> new Tally());
    }

    /** Whether for every model there is a replica that answers rightly, of some version. */
    @Override
    public boolean ready() {
        return models.keySet().stream().allMatch(name -> ready(ModelId.of(name)));
    }

    @Override
    public boolean ready(ModelId model) {
        ServedModel served = served(model);
        Deployment asked = asked(model);
        return model.version().isPresent()
                ? served.look(asked).isAnswering()
                : served.versions().named().values().stream()
                        .anyMatch(version -> served.look(version).isAnswering());
    }

    /** Returns how many replicas of a version are in use. */
    public int inUse(ModelId model) {
        return served(model).look(asked(model)).inUse();
    }

    /** Returns what a version's inputs were found to be; of whoever names none, that of the version that answers. */
    public GuardReport guard(ModelId model) {
        return inputs.guard(version(model));
    }

    /** Returns whether what a version is asked drifts. */
    public DriftLook drift(ModelId model) {
        return inputs.drift(version(model));
    }

    /** Returns what is to be had over HTTP beside the protocol. */
    public List<Page> pages() {
        return SafeguardPages.of(this);
    }

    @Override
    public ServerMetadata metadata() {
        return metadata;
    }

    @Override
    public ModelMetadata metadata(ModelId model) {
        return version(model)
                .metadata(List.copyOf(served(model).versions().named().keySet()));
    }

    @Override
    public ModelConfig config(ModelId model) {
        return version(model).config(settings.limits().itemsMax());
    }

    @Override
    public List<ModelStatistics> statistics(Optional<ModelId> model) {
        model.ifPresent(this::version);
        return served().stream()
                .filter(id ->
                        model.isEmpty() || model.get().equals(id) || model.get().equals(ModelId.of(id.name())))
                .map(this::version)
                .sorted(Comparator.comparing(version -> version.id().toString()))
                .map(version -> tally(version).statistics(version))
                .toList();
    }

    @Override
    public List<RepositoryEntry> index(boolean ready) {
        return served().stream()
                .map(this::entry)
                .filter(entry -> !ready || entry.state() == RepositoryEntry.State.READY)
                .toList();
    }

    private RepositoryEntry entry(ModelId id) {
        boolean isReady = ready(id);
        return new RepositoryEntry(
                id.name(),
                id.version().orElse(""),
                isReady ? RepositoryEntry.State.READY : RepositoryEntry.State.UNAVAILABLE,
                isReady ? "" : "no replica of it can be asked now");
    }

    /** Ends all replicas, and returns when none is left. */
    @Override
    public void close() {
        inputs.close();
        List<Thread> closing = models.values().stream()
                .map(model -> Thread.ofVirtual().name("end").start(model::close))
                .toList();
        for (Thread thread : closing) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
