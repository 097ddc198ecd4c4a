package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipException;
import dev.perdure.replica.Hosting;
import dev.perdure.replica.ProcessId;
import dev.perdure.replica.ReplicaClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps replicas on this machine for gateways of others. Who owns what when something is gone:
 *
 * <pre>
 * a gateway, or the way to it    its replicas live until nothing was heard of it for the time of orphans, and are stopped then;
 *                                when it is back before, they are its own as before
 * this process                   replicas live on and are asked on; its next life takes them over, and without one they end by
 *                                themselves after the time of orphans
 * a replica                      its owner sees it, and has another started where it wants
 * this process, as intended      all replicas answer what is under way, and end
 * </pre>
 */
final class HostedReplicas implements Hosting, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostedReplicas.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long LOOK_MILLIS = 100;
    private static final Duration ADOPTED_WITHIN = Duration.ofSeconds(5);
    private static final long STOP_NANOS = Duration.ofSeconds(40).toNanos();
    private static final long REMEMBERED_NANOS = Duration.ofMinutes(1).toNanos();

    private final OfferedBundles bundles;
    private final LocalReplicas.Program program;
    private final Path folder;
    private final int max;
    private final Duration orphanMax;
    private final Consumer<String> say;
    private final Map<String, HostedReplica> replicas = new LinkedHashMap<>(); // by id; guarded by this, as all below
    private final Map<String, Long> heardNanos = new HashMap<>(); // by owner
    private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(
            task -> Thread.ofPlatform().daemon().name("looks").unstarted(task));
    private long files;
    private boolean isStopping;

    /**
     * Takes over what an earlier life left.
     *
     * @param program starts replicas that can be asked at ports
     * @param folder for sockets and logs, with a short path
     * @param max how many replicas may live at once
     * @param orphanMax how long one lives whose owner is not heard
     * @param say told what happens, for people
     */
    HostedReplicas(
            OfferedBundles bundles,
            LocalReplicas.Program program,
            Path folder,
            int max,
            Duration orphanMax,
            Consumer<String> say)
            throws IOException {
        this.bundles = bundles;
        this.program = program;
        this.folder = folder;
        this.max = max;
        this.orphanMax = orphanMax;
        this.say = say;
        for (String name : ServeFolder.names(folder)) {
            if (name.matches("r[0-9]{1,9}\\.(pid|log|sock)")) {
                long file = Long.parseLong(name.substring(1, name.indexOf('.')));
                files = Math.max(files, file);
                if (name.endsWith(".pid")) {
                    HostedReplica.left(folder, file).ifPresent(this::takeOver);
                }
            }
        }
        var _ = looks.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** One that could not be asked yet says where it can to nobody any more. */
    private void takeOver(HostedReplica replica) {
        if (!replica.isAsked()) {
            replica.kill();
            return;
        }
        replicas.put(replica.id(), replica);
        heardNanos.put(replica.owner(), System.nanoTime());
        say.accept("%s is taken over".formatted(replica.name()));
        Thread.ofVirtual().name("take over").start(() -> {
            try (var client = new ReplicaClient(new OipAddress.Unix(replica.socket()))) {
                client.adopt(ProcessHandle.current().pid(), ADOPTED_WITHIN);
            } catch (OipException e) {
                LOG.warn("{} is ended: it was not taken over: {}", replica.name(), e.reason());
                replica.kill();
            }
        });
    }

    private synchronized int living() {
        return (int) replicas.values().stream()
                .filter(replica -> !replica.hasEnded())
                .count();
    }

    private synchronized boolean isAnswering() {
        return replicas.values().stream()
                .anyMatch(replica -> !replica.hasEnded() && replica.seen().port() > 0);
    }

    @Override
    public synchronized Sight look(String owner) {
        heardNanos.put(owner, System.nanoTime());
        List<Owned> own = replicas.values().stream()
                .filter(replica -> replica.owner().equals(owner))
                .map(HostedReplica::seen)
                .toList();
        return new Sight(bundles.all(), isStopping ? 0 : Math.max(0, max - living()), own);
    }

    @Override
    public synchronized void start(String owner, String id, long number, Offered bundle) throws RefusedException {
        if (replicas.containsKey(id)) {
            return;
        }
        if (isStopping) {
            throw new RefusedException("it is stopping (expected: running). Use another host");
        }
        if (living() >= max) {
            throw new RefusedException(
                    "%d replicas live there (expected: fewer than --max-replicas, %d). Raise that, or stop some"
                            .formatted(living(), max));
        }
        Path place = bundles.place(bundle).orElseThrow(() -> unknown(bundle));
        heardNanos.put(owner, System.nanoTime());
        long file = ++files;
        Process process;
        try {
            process = program.start(
                    new OipAddress.Unix(HostedReplica.socket(folder, file)),
                    place.toString(),
                    isAnswering() ? List.of(ReplicaCommand.MEEK) : List.of(),
                    HostedReplica.log(folder, file));
        } catch (IOException e) {
            throw new RefusedException("no process could be started: " + e.getMessage());
        }
        ProcessId lives =
                ProcessId.of(process.pid()).orElseGet(() -> new ProcessId(process.pid(), 0)); // it has ended already
        var replica = new HostedReplica(
                ServedProcess.replica(
                                number,
                                lives,
                                bundle.model().name(),
                                bundle.model().version().orElse(""),
                                bundle.digest())
                        .keptFor(owner, id),
                process.toHandle(),
                true,
                folder,
                file);
        replica.write();
        replicas.put(id, replica);
        say.accept("%s is started".formatted(replica.name()));
        watch(replica, process);
    }

    private RefusedException unknown(Offered bundle) {
        List<String> same = bundles.all().stream()
                .filter(other -> other.model().equals(bundle.model()))
                .map(Offered::digest)
                .toList();
        return new RefusedException("%s: %s in %s there (expected: bundle %s). Copy that bundle to it"
                .formatted(
                        bundle.model(),
                        same.isEmpty() ? "no bundle" : "bundle " + String.join(" and ", same),
                        bundles.folder(),
                        bundle.digest()));
    }

    private void watch(HostedReplica replica, Process process) {
        var _ = ProcessEnd.of(process).thenAccept(exit -> ended(replica, exit));
        // a pipe is read on a thread of its own: a virtual one that waits there holds what carries it
        Thread.ofPlatform().daemon().name(replica.id()).start(() -> {
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
                String line = lines.readLine();
                if (line != null) {
                    port(line).ifPresent(port -> ready(replica, port));
                }
                while (line != null) {
                    line = lines.readLine();
                }
            } catch (IOException _) {
                // it has ended, which is told elsewhere
            }
        });
    }

    /** The first line it prints says that its model can be asked, and where. */
    private static Optional<Integer> port(String line) throws IOException {
        JsonNode offered = JSON.readTree(line).path("offered");
        return offered.isTextual() && OipAddress.parse(offered.asText()) instanceof OipAddress.Tcp at
                ? Optional.of(at.port())
                : Optional.empty();
    }

    private synchronized void ready(HostedReplica replica, int port) {
        if (!replica.hasEnded()) {
            replica.askedAt(port);
        }
    }

    private synchronized void ended(HostedReplica replica, int exit) {
        replica.ended(exit, System.nanoTime());
        say.accept("%s has ended (exit code %d)".formatted(replica.name(), exit));
    }

    @Override
    public synchronized void stop(String owner, String id, boolean kill) {
        HostedReplica replica = replicas.get(id);
        if (replica == null || !replica.owner().equals(owner)) {
            return;
        }
        if (kill) {
            replica.kill();
        } else {
            boolean _ = replica.stop(System.nanoTime());
        }
    }

    private void look() {
        try {
            lookAtAll(System.nanoTime());
        } catch (RuntimeException e) { // it would be the last look
            LOG.error("a look failed unforeseen", e);
        }
    }

    private synchronized void lookAtAll(long now) {
        for (HostedReplica replica : List.copyOf(replicas.values())) {
            replica.look(now);
            if (replica.endedBefore(now - REMEMBERED_NANOS)) {
                replicas.remove(replica.id());
            } else if (replica.isLate(now - STOP_NANOS)) {
                replica.kill();
            } else if (isOrphan(replica, now) && replica.stop(now)) {
                say.accept("%s is stopped: nothing was heard of its gateway for %d s"
                        .formatted(replica.name(), orphanMax.toSeconds()));
            }
        }
        heardNanos.values().removeIf(heard -> now - heard > orphanMax.toNanos() + REMEMBERED_NANOS);
    }

    private boolean isOrphan(HostedReplica replica, long now) {
        Long heard = heardNanos.get(replica.owner());
        return !replica.hasEnded() && (heard == null || now - heard > orphanMax.toNanos());
    }

    /** Starts none any more, has all answer what is under way and end, and returns when none is left. */
    void stop() {
        synchronized (this) {
            isStopping = true;
            replicas.values().forEach(replica -> replica.stop(System.nanoTime()));
        }
        try {
            while (living() > 0) {
                TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS / 5);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** The same. */
    @Override
    public void close() {
        stop();
        looks.shutdownNow();
    }
}
