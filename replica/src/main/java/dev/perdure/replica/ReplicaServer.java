package dev.perdure.replica;

import com.linecorp.armeria.common.grpc.GrpcSerializationFormats;
import com.linecorp.armeria.server.ServerBuilder;
import com.linecorp.armeria.server.grpc.GrpcService;
import dev.perdure.engine.Predictors;
import dev.perdure.model.Trust;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.MultiplexServer;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipEdge;
import dev.perdure.oip.OipError;
import dev.perdure.oip.OipException;
import dev.perdure.oip.OipServer;
import dev.perdure.replica.LoadRefusedException.Reason;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers with models inside. It may be told from any thread what to load and unload; requests for other models do not notice.
 *
 * <p>Whoever made it closes it. When it is told to drain by the wire, or is left an orphan, {@link #told} completes, and that is
 * all: closing is the owner's.
 */
public final class ReplicaServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaServer.class);

    private final long beganNanos = System.nanoTime();
    private final AtomicLong sequence = new AtomicLong();
    private final Set<String> loading = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<String> told = new CompletableFuture<>();
    private final ReplicaSettings settings;
    private final ModelLoader loader;
    private final HostedModels models;
    private final ControlService control;
    private final MultiplexServer multiplex;
    private final ParentWatch parent;
    private @Nullable OipServer server;

    /**
     * A replica with no models that listens nowhere yet.
     *
     * @param frameworks the preferred one first; a later one is made only for a model that no earlier one runs
     * @param trust whose bundles are loaded
     */
    public ReplicaServer(
            List<Supplier<Predictors>> frameworks, Trust trust, ReplicaSettings settings, ReplicaProbe probe) {
        this.settings = settings;
        this.loader = new ModelLoader(frameworks, trust, probe);
        this.models = new HostedModels(probe);
        this.control = new ControlService(this, settings);
        this.multiplex = new MultiplexServer(models, settings.server());
        this.parent = new ParentWatch(settings.orphanMax(), told::complete);
    }

    /**
     * Listens, for requests and for what it is told; models may be loaded before and after.
     *
     * @param address a socket's file that nobody listens at is replaced
     * @return the same, with the port it got
     * @throws IOException if somebody listens there, or it cannot be done
     */
    public OipAddress listen(OipAddress address) throws IOException {
        return listen(List.of(address), OipEdge.OPEN).getFirst();
    }

    /**
     * The same at several addresses, with something between the sockets and what is asked.
     *
     * @return the same, in any order, with the ports it got
     * @throws IOException if somebody listens at one of them, or it cannot be done
     */
    public List<OipAddress> listen(List<OipAddress> addresses, OipEdge edge) throws IOException {
        return listen(addresses, edge, this::mount);
    }

    private List<OipAddress> listen(List<OipAddress> addresses, OipEdge edge, Consumer<ServerBuilder> others)
            throws IOException {
        for (OipAddress address : addresses) {
            if (address instanceof OipAddress.Unix(var path)) {
                SocketFile.requireStale(path);
            }
        }
        var listening = new OipServer(models, settings.server(), addresses, List.of(), others, edge);
        server = listening;
        return listening.addresses();
    }

    /**
     * Listens once, with nothing to answer, and ends that. To listen takes a third of a replica's start when a process does it for
     * the first time, and nothing later. No thread of this stays.
     *
     * @throws IOException if it cannot be done
     */
    public static void rehearseListening(OipAddress address, ReplicaSettings settings) throws IOException {
        try (var replica = new ReplicaServer(List.of(), Trust.only(List.of()), settings, ReplicaProbe.NONE)) {
            replica.listen(List.of(address), OipEdge.OPEN, builder -> {
                builder.workerGroup(1);
                replica.mount(builder);
            });
        }
    }

    private void mount(ServerBuilder builder) {
        multiplex.mount(builder);
        builder.service(GrpcService.builder()
                .supportedSerializationFormats(GrpcSerializationFormats.PROTO)
                .addService(control)
                .useClientTimeoutHeader(false)
                .build());
    }

    /**
     * Loads a bundle: verifies it, opens its model, and asks it the golden set. Blocks until it can be asked; one that is loaded
     * already, with the same digest, is left as it is.
     *
     * @param place a folder, or whatever {@link dev.perdure.store.ObjectStores} opens
     * @param digest the SHA-256 of the manifest that is expected; absent for whatever is there
     * @throws LoadRefusedException if it is not served; nothing changed
     */
    public ModelState load(String place, Optional<String> digest) throws LoadRefusedException {
        return open(place, digest).answer();
    }

    /** A model that could answer, and costs no more than memory until it does. */
    public interface Opened {
        /**
         * Lets it be asked. Threads that will compute are started by whoever calls this.
         *
         * @throws LoadRefusedException if another of its name is there by now; nothing changed
         */
        ModelState answer() throws LoadRefusedException;
    }

    /**
     * Does of {@link #load} all that takes long, and that nobody sees.
     *
     * @throws LoadRefusedException if it would not be served
     */
    public Opened open(String place, Optional<String> digest) throws LoadRefusedException {
        if (models.draining()) {
            throw new LoadRefusedException(
                    Reason.STOPPING, "this replica is stopping (expected: running). Ask another");
        }
        if (!loading.add(place)) {
            throw new LoadRefusedException(
                    Reason.ALREADY_LOADED, "bundle %s: being loaded (expected: once). Wait for that".formatted(place));
        }
        try {
            ModelLoader.Opened opened = loader.open(place, digest);
            return () -> take(place, new HostedModel(opened.known(), opened.predictor(), settings));
        } finally {
            loading.remove(place);
        }
    }

    private ModelState take(String place, HostedModel loaded) throws LoadRefusedException {
        HostedModel hosted = models.add(loaded);
        if (hosted == loaded) {
            LOG.info("model {} answers, from {} ({})", loaded.id(), place, loaded.digest());
            return loaded.state();
        }
        loaded.close();
        if (hosted.digest().equals(loaded.digest()) && !hosted.unloading()) {
            return hosted.state();
        }
        throw new LoadRefusedException(
                Reason.ALREADY_LOADED,
                "model %s: loaded from bundle %s (expected: not loaded, or %s). Unload it first"
                        .formatted(loaded.id(), hosted.digest(), loaded.digest()));
    }

    /**
     * Unloads a model: lets no request in any more, answers those that are in, and frees it. Blocks until that is done.
     *
     * @return false when it was not loaded
     */
    public boolean unload(ModelId id) {
        Optional<HostedModel> hosted = models.loaded(id);
        hosted.ifPresent(this::unload);
        return hosted.isPresent();
    }

    private void unload(HostedModel model) {
        model.close();
        models.remove(model);
        LOG.info("model {} unloaded", model.id());
    }

    /** From now on it is an orphan, and ends, when this process has been gone for longer than the settings say. */
    public void adopt(long pid) {
        if (!parent.adopt(pid)) {
            throw new OipException(OipError.INVALID, "parent: process %d (expected: one that lives)".formatted(pid));
        }
    }

    /** Begins no new request; those under way are answered. Tells its owner to close it. Does not block. */
    public void drain() {
        models.drain();
        told.complete("told to drain");
    }

    /** Completes with the reason when it was told to end, or is an orphan. */
    public CompletableFuture<String> told() {
        return told.copy();
    }

    /** How it is now. */
    public Heartbeat heartbeat() {
        return new Heartbeat(
                sequence.incrementAndGet(),
                ProcessHandle.current().pid(),
                models.draining(),
                Duration.ofNanos(System.nanoTime() - beganNanos),
                models.states(),
                List.copyOf(loading));
    }

    /** Begins nothing new, answers what is under way as long as the settings say, frees all models, and ends. */
    @Override
    public void close() {
        models.drain();
        parent.close();
        awaitIdle();
        multiplex.close();
        control.close();
        OipServer listening = server;
        if (listening != null) {
            listening.close();
        }
        models.all().forEach(this::unload);
    }

    /** Those who watch hear of it until nothing is under way. */
    private void awaitIdle() {
        long endNanos = System.nanoTime() + settings.server().drainWithin().toNanos();
        while (System.nanoTime() - endNanos < 0
                && models.states().stream().anyMatch(state -> state.underWay() > 0)
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(1_000_000);
        }
    }
}
