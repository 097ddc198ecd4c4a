package dev.perdure.cli;

import dev.perdure.gateway.Gateway;
import dev.perdure.gateway.GatewayListener;
import dev.perdure.gateway.GatewaySettings;
import dev.perdure.gateway.ModelRepository;
import dev.perdure.gateway.RolloutSettings;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.gateway.Siblings;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipEdge;
import dev.perdure.oip.OipServer;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.oip.Page;
import dev.perdure.oip.ServerMetadata;
import dev.perdure.oip.SharedPorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Models that are served by processes of this machine, from the first that is started to the last that has ended. */
final class ServeSession implements AutoCloseable {
    /** What a line begins with that a person can copy. */
    static final String TRY_IT = "try it:  ";

    private static final int SHORT = 300;
    private static final long POLL_MILLIS = 20;

    private final List<ServedVersion> versions;
    private final ServeTelling telling;
    private final Path folder;
    private final Observed observed;
    private final PlacedReplicas replicas;
    private final Gateway gateway;
    private @Nullable OipServer server;
    private boolean isEncrypted;
    private boolean isClosed;

    /** Starts replicas, whose files lie in a folder of their own. */
    ServeSession(
            List<ServedVersion> versions, GatewaySettings settings, LocalReplicas.Program program, ServeTelling telling)
            throws IOException {
        this(versions, settings, program, Hosts.NONE, telling);
    }

    /** The same on several hosts. */
    ServeSession(
            List<ServedVersion> versions,
            GatewaySettings settings,
            LocalReplicas.Program program,
            Hosts hosts,
            ServeTelling telling)
            throws IOException {
        this(
                versions,
                settings,
                RolloutSettings.usual(),
                ModelRepository.NONE,
                program,
                hosts,
                telling,
                UnaryOperator.identity(),
                Files.createTempDirectory(ServeFolder.PREFIX));
    }

    /**
     * Starts replicas, of versions that may come and go.
     *
     * @param versions the newest of each model first
     * @param watch whoever has made it begins it when requests are taken
     */
    ServeSession(
            List<ServedVersion> versions,
            GatewaySettings settings,
            RolloutSettings rollouts,
            ModelWatch watch,
            LocalReplicas.Program program,
            ServeTelling telling)
            throws IOException {
        this(
                versions,
                settings,
                rollouts,
                watch,
                program,
                Hosts.NONE,
                telling,
                Files.createTempDirectory(ServeFolder.PREFIX));
    }

    /**
     * Takes over replicas that an earlier life of this process left in a folder, and starts those that are missing.
     *
     * @param versions the newest of each model first
     * @param watch whoever has made it begins it when requests are taken
     * @param hosts where replicas live
     * @param folder for sockets and logs, with a short path
     */
    ServeSession(
            List<ServedVersion> versions,
            GatewaySettings settings,
            RolloutSettings rollouts,
            ModelWatch watch,
            LocalReplicas.Program program,
            Hosts hosts,
            ServeTelling telling,
            Path folder)
            throws IOException {
        this(versions, settings, rollouts, watch, program, hosts, telling, watch::keeping, folder);
    }

    private ServeSession(
            List<ServedVersion> versions,
            GatewaySettings settings,
            RolloutSettings rollouts,
            ModelRepository repository,
            LocalReplicas.Program program,
            Hosts hosts,
            ServeTelling telling,
            UnaryOperator<GatewayListener> keeping,
            Path folder)
            throws IOException {
        this.versions = List.copyOf(versions);
        this.telling = telling;
        this.folder = Files.createDirectories(folder);
        this.replicas = hosts.around(new LocalReplicas(program, folder, telling::say), folder, telling::say);
        this.observed = new Observed(telling);
        this.gateway = new Gateway(
                new ServerMetadata("perdure", Perdure.Version.own(), ServerMetadata.EXTENSIONS),
                versions,
                settings,
                rollouts,
                repository,
                replicas,
                keeping.apply(observed.listener()));
        observed.watch(gateway, settings.safeguards().recall());
        replicas.endUnclaimed();
    }

    Gateway gateway() {
        return gateway;
    }

    /** Returns where sockets and logs lie. */
    Path folder() {
        return folder;
    }

    /** Begins to take requests; they are answered when replicas are ready. Returns where, with the ports it got. */
    List<OipAddress> listen(List<OipAddress> addresses, OipServerSettings settings) throws IOException {
        return listen(addresses, settings, OipEdge.OPEN);
    }

    /** The same, with something between the sockets and the gateway. */
    List<OipAddress> listen(List<OipAddress> addresses, OipServerSettings settings, OipEdge edge) throws IOException {
        isEncrypted = edge.tls().isPresent();
        server = new OipServer(gateway, settings, addresses, pages(Siblings.NONE), edge.telling(observed::served));
        return server.addresses();
    }

    private List<Page> pages(Siblings siblings) {
        return Stream.concat(gateway.pages(siblings).stream(), observed.pages().stream())
                .toList();
    }

    /** Returns what can be seen of it from outside. */
    Observed observed() {
        return observed;
    }

    /** Returns when every model can be asked, when the time is over, or when it is told to stop. */
    void awaitReady(CountDownLatch stop, Duration within) throws InterruptedException {
        long end = System.nanoTime() + within.toNanos();
        while (!gateway.ready() && System.nanoTime() - end < 0 && !stop.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {}
    }

    /** The same, at ports at which other processes of this session listen too, or whose parent keeps them. */
    List<OipAddress> listenTogether(
            List<OipAddress> addresses, OipServerSettings settings, OipEdge edge, Siblings siblings)
            throws IOException {
        isEncrypted = edge.tls().isPresent();
        server = new OipServer(
                gateway,
                settings,
                addresses,
                pages(siblings),
                HeldPorts.areShared(addresses) ? SharedPorts::share : _ -> {},
                edge.telling(observed::served));
        return server.addresses();
    }

    /** Returns whether every model can be asked; waits for that, unless it is told to stop. */
    private boolean awaitReady(CountDownLatch stop) throws InterruptedException {
        while (!gateway.ready()) {
            if (stop.await(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        return true;
    }

    /** Says what is served and where; when it can be asked, how to try it. */
    void tellWhatIsServed(CountDownLatch stop) throws InterruptedException, IOException {
        for (ServedVersion version : versions) {
            telling.say("%s: bundle %s is whole"
                    .formatted(version.id(), version.digest().substring(0, 12)));
        }
        if (!awaitReady(stop)) {
            return;
        }
        List<OipAddress> at = server == null ? List.of() : server.addresses();
        telling.say("ready: REST at %s://%s and gRPC at %s".formatted(scheme(), at.getFirst(), at.getLast()));
        for (String name :
                versions.stream().map(version -> version.id().name()).distinct().toList()) {
            Optional<String> line = tryIt(name, at.getFirst());
            line.ifPresent(telling::tryIt);
        }
    }

    private String scheme() {
        return isEncrypted ? "https" : "http";
    }

    private Optional<String> tryIt(String name, OipAddress at) throws IOException {
        ServedVersion newest = versions.stream()
                .filter(version -> version.id().name().equals(name))
                .findFirst()
                .orElseThrow();
        Optional<String> body = ExampleRequest.of(newest);
        if (body.isEmpty()) {
            return Optional.empty();
        }
        String url = "%s://%s/v2/models/%s/infer".formatted(scheme(), at, ModelId.of(name));
        if (body.get().length() <= SHORT) {
            return Optional.of("curl -s %s -d '%s'".formatted(url, body.get()));
        }
        Path file = folder.resolve(name + ".json");
        Files.writeString(file, body.get());
        return Optional.of("curl -s %s -d @%s".formatted(url, file));
    }

    /** Answers what is under way, ends all replicas, and returns when none is left. */
    @Override
    public void close() throws IOException {
        if (isClosed) {
            return;
        }
        isClosed = true;
        if (server != null) {
            server.close();
        }
        gateway.close();
        replicas.close();
        observed.close();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }
}
