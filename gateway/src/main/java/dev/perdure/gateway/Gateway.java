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
import dev.perdure.oip.Parameter;
import dev.perdure.oip.RepositoryEntry;
import dev.perdure.oip.ServerMetadata;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * What clients talk to. It owns every request until it is answered: keeps what was asked, sends it to a replica, and elsewhere
 * when that one dies, hangs or is wrong, and answers once. No model is in it.
 *
 * <p>Closing it ends all replicas; whoever puts it behind a server closes that before.
 */
public final class Gateway implements InferenceService, AutoCloseable {
    private static final long POLL_NANOS = 10_000_000;
    private static final String ROLLOUT = "rollout";
    private static final String VERSION = "version";

    private final ServerMetadata metadata;
    private final Map<String, ServedModel> models = new ConcurrentSkipListMap<>();
    private final Set<String> first = ConcurrentHashMap.newKeySet();
    private final Map<ModelId, Tally> tallies = new ConcurrentHashMap<>();
    private final GatewaySettings settings;
    private final RolloutSettings rollouts;
    private final ModelRepository repository;
    private final ReplicaHost host;
    private final GatewayListener listener;
    private final Asks asks;
    private final InputWatch inputs;
    private final Object changing = new Object();
    private boolean isClosed;
    private final Set<ServedModel> leaving = ConcurrentHashMap.newKeySet();

    /**
     * Begins to start replicas of all versions, with the usual rollouts of newer ones, and no others to load.
     *
     * @param versions of any models, each once
     */
    public Gateway(
            ServerMetadata metadata,
            Collection<ServedVersion> versions,
            GatewaySettings settings,
            ReplicaHost host,
            GatewayListener listener) {
        this(metadata, versions, settings, RolloutSettings.usual(), ModelRepository.NONE, host, listener);
    }

    /**
     * Begins to start replicas of all versions.
     *
     * @param versions of any models, each once; of those of one model with equal inputs and outputs the older stands in for
     *     the newer
     * @param rollouts how versions that come later take over
     * @param repository where they come from
     */
    public Gateway(
            ServerMetadata metadata,
            Collection<ServedVersion> versions,
            GatewaySettings settings,
            RolloutSettings rollouts,
            ModelRepository repository,
            ReplicaHost host,
            GatewayListener listener) {
        this.metadata = metadata;
        this.settings = settings;
        this.rollouts = rollouts;
        this.repository = repository;
        this.host = host;
        this.listener = listener;
        this.asks = new Asks(settings);
        this.inputs = new InputWatch(
                settings.safeguards(), this::served, (version, change) -> listener.drifts(version.id(), change));
        var byName = new TreeMap<String, List<ServedVersion>>();
        for (ServedVersion version : versions) {
            byName.computeIfAbsent(version.id().name(), _ -> new ArrayList<>()).add(version);
        }
        first.addAll(byName.keySet());
        byName.forEach((name, all) -> models.put(name, model(name, all)));
    }

    private ServedModel model(String name, List<ServedVersion> all) {
        return new ServedModel(name, all, settings, rollouts, host, listener);
    }

    /**
     * Serves one more version, which was verified; returns at once. The first of a model answers as soon as it can. An older one
     * than the one that answers is there for those who name it. A newer one that takes and gives the same takes over in this
     * manner; one that does not is there for those who name it. One that is served already goes on; if it is on trial or waits for
     * one, {@link RolloutSettings.Manner#AT_ONCE} ends that.
     */
    public void serve(ServedVersion version, RolloutSettings.Manner manner) {
        String name = version.id().name();
        synchronized (changing) {
            if (!isClosed) {
                models.computeIfAbsent(name, _ -> model(name, List.of())).serve(version, manner);
            }
        }
    }

    /** Serves one more version in the usual manner. */
    public void serve(ServedVersion version) {
        serve(version, rollouts.manner());
    }

    /**
     * Stops serving a version, or all of a model if none is named: requests that it has are answered. Nothing happens if it is
     * not served. Returns at once; when no version is left, the model is unknown.
     */
    public void retire(ModelId model) {
        synchronized (changing) {
            ServedModel served = models.get(model.name());
            if (served == null) {
                return;
            }
            model.version()
                    .ifPresentOrElse(
                            served::retire,
                            () -> served.versions().named().keySet().forEach(served::retire));
            if (served.versions().named().isEmpty()) {
                models.remove(model.name());
                first.remove(model.name());
                leaving.add(served);
                Thread.ofVirtual().name("unload " + model).start(() -> end(served));
            }
        }
    }

    /** Lets a model that takes no more requests answer those that it has. */
    private void end(ServedModel served) {
        long until = System.nanoTime() + settings.drainWithin().toNanos();
        while (!served.isDrained() && System.nanoTime() - until < 0) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        served.close();
        leaving.remove(served);
    }

    /** Returns what is said over HTTP beside the protocol, where there is no other gateway. */
    public List<Page> pages() {
        return pages(Siblings.NONE);
    }

    /** Returns what is said over HTTP beside the protocol, where others answer the same clients. */
    public List<Page> pages(Siblings siblings) {
        return Stream.concat(new GatewayPages(this::served, siblings).all().stream(), SafeguardPages.of(this).stream())
                .toList();
    }

    /** Returns the models that are served, by name. */
    Map<String, ServedModel> models() {
        return models;
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
        return unknown(model, served());
    }

    static OipException unknown(ModelId model, List<ModelId> served) {
        return new OipException(OipError.NOT_FOUND, "model: %s (expected: one of %s)".formatted(model, served));
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
            VersionGuard.Guarded judged = inputs.after(version, answered, guarded);
            tally(version).answered(answered, System.nanoTime() - begin);
            return InputWatch.said(Answers.of(request, answered, version), judged);
        } catch (OipException e) {
            tally(version).failed(System.nanoTime() - begin);
            throw e;
        }
    }

    private Tally tally(ServedVersion version) {
        return tallies.computeIfAbsent(version.id(), _ -> new Tally());
    }

    /** Whether what decides about every model does so: a process of which this is not true is to be ended, and another started. */
    @Override
    public boolean live() {
        return models.values().stream().allMatch(ServedModel::isDeciding);
    }

    /**
     * Whether for every model there is a replica that answers rightly, of some version. One that was loaded later counts from its
     * first answer on: until then nobody relies on it.
     */
    @Override
    public boolean ready() {
        return models.entrySet().stream()
                .filter(entry ->
                        first.contains(entry.getKey()) || entry.getValue().hasAnswered())
                .allMatch(entry -> ready(entry.getValue()));
    }

    private static boolean ready(ServedModel model) {
        return model.versions().named().values().stream()
                .anyMatch(version -> model.look(version).isAnswering());
    }

    @Override
    public boolean ready(ModelId model) {
        ServedModel served = served(model);
        Deployment asked = asked(model);
        return model.version().isPresent() ? served.look(asked).isAnswering() : ready(served);
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
        var all = new ArrayList<RepositoryEntry>();
        models.forEach((name, model) -> all.addAll(RepositoryIndex.of(name, model)));
        all.addAll(repository.others());
        return all.stream()
                .filter(entry -> !ready || entry.state() == RepositoryEntry.State.READY)
                .toList();
    }

    /**
     * Has every version of a model served that the repository has, and returns when all can be asked, by name at least.
     *
     * @param parameters {@code rollout}: how newer versions take over, {@code at-once} or {@code shadow,canary}
     */
    @Override
    public void load(String model, Map<String, Parameter> parameters, Call call) {
        expectOnly(parameters, ROLLOUT);
        repository.load(this, model, text(parameters, ROLLOUT).map(Gateway::manner));
        ModelId id = ModelId.of(model);
        while (!served(id).isLoaded()) {
            if (call.deadline().passed() || call.abandoned().isDone()) {
                throw new OipException(OipError.LATE, "%s is still being loaded".formatted(id));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static void expectOnly(Map<String, Parameter> parameters, String name) {
        parameters.keySet().stream()
                .filter(given -> !given.equals(name))
                .findFirst()
                .ifPresent(given -> {
                    throw new OipException(
                            OipError.INVALID, "parameter: %.80s (expected: none, or %s)".formatted(given, name));
                });
    }

    private static Optional<String> text(Map<String, Parameter> parameters, String name) {
        return switch (parameters.get(name)) {
            case null -> Optional.empty();
            case Parameter.Text(String text) -> Optional.of(text);
            case Parameter _ ->
                throw new OipException(OipError.INVALID, "parameter %s (expected: a text)".formatted(name));
        };
    }

    private static RolloutSettings.Manner manner(String word) {
        return RolloutSettings.Manner.of(word)
                .orElseThrow(() -> new OipException(
                        OipError.INVALID,
                        "parameter %s: '%.80s' (expected: at-once or shadow,canary)".formatted(ROLLOUT, word)));
    }

    /**
     * Stops serving a model, or one version, until it is loaded by request: requests that it has are answered.
     *
     * @param parameters {@code version}: only this one
     */
    @Override
    public void unload(String model, Map<String, Parameter> parameters, Call call) {
        expectOnly(parameters, VERSION);
        ModelId id = ModelId.of(model, text(parameters, VERSION).orElse(""));
        asked(id);
        repository.unload(this, id);
    }

    /** Ends all replicas, and returns when none is left. */
    @Override
    public void close() {
        inputs.close();
        synchronized (changing) {
            isClosed = true;
        }
        List<Thread> closing = Stream.concat(models.values().stream(), leaving.stream())
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
