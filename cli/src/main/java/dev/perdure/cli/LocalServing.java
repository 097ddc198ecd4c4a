package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.perdure.benchmarks.KnownAnswers;
import dev.perdure.benchmarks.Serving;
import dev.perdure.chaos.ChaosFolder;
import dev.perdure.gateway.GatewaySettings;
import dev.perdure.gateway.RolloutSettings;
import dev.perdure.gateway.Safeguards;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.recall.Recall;
import dev.perdure.replica.ReplicaClient;
import dev.perdure.routing.Fleet;
import dev.perdure.routing.Notice;
import dev.perdure.routing.RequestLimits;
import dev.perdure.routing.Routing;
import dev.perdure.routing.Scaling;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Serves a model for a bench: the gateway in this process, replicas as processes of this machine. */
final class LocalServing implements Serving {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration STARTED_WITHIN = Duration.ofSeconds(60);
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final long POLL_NANOS = 5_000_000;

    private static final String SPOILS = "faults: [flip-weights: {}]";
    private static final String SPOILT = "01-flip-weights";

    private final ServedVersion version;
    private final Optional<ServedVersion> next;
    private final KnownAnswers known;
    private final List<String> options;
    private final Path folder;

    /**
     * Serves nothing yet.
     *
     * @param next another version with the same answers, if there is one
     * @param options of {@code perdure replica}, besides the bundle
     * @param folder for sockets and logs of replicas without a gateway
     */
    LocalServing(
            ServedVersion version,
            Optional<ServedVersion> next,
            KnownAnswers known,
            List<String> options,
            Path folder) {
        this.version = version;
        this.next = next;
        this.known = known;
        this.options = List.copyOf(options);
        this.folder = folder;
    }

    @Override
    public Served gateway(int replicas, int standbys) throws IOException {
        return complete(new LocalServed(replicas, standbys, options, Safeguards.usual()));
    }

    @Override
    public Served unguarded() throws IOException {
        var none = new Safeguards(Optional.empty(), Optional.empty(), Safeguards.USUAL_FALLBACKS, Recall.NOTHING);
        return complete(new LocalServed(1, 0, options, none));
    }

    @Override
    public Spoilable spoilable() throws IOException {
        var chaos = new ChaosFolder(Files.createTempDirectory(folder, "chaos-"));
        chaos.createForServing(SPOILS, 1);
        var all = new ArrayList<>(options);
        all.addAll(List.of("--agenda", chaos.path().toString()));
        return complete(new LocalSpoilable(chaos, all));
    }

    @Override
    public boolean hasNext() {
        return next.isPresent();
    }

    private static <S extends LocalServed> S complete(S started) throws IOException {
        long end = System.nanoTime() + STARTED_WITHIN.toNanos();
        while (!started.isComplete()) {
            if (System.nanoTime() - end > 0) {
                started.close();
                throw new IOException("not all replicas were ready within " + STARTED_WITHIN);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return started;
    }

    /** Its replicas know of a campaign with one fault, which befalls whichever sees first that its turn has come. */
    private final class LocalSpoilable extends LocalServed implements Spoilable {
        private final ChaosFolder chaos;

        LocalSpoilable(ChaosFolder chaos, List<String> program) throws IOException {
            super(3, 0, program, Safeguards.usual());
            this.chaos = chaos;
        }

        @Override
        public void spoil() throws IOException {
            chaos.setTurn(SPOILT);
            while (!chaos.isClaimed(SPOILT)) {
                LockSupport.parkNanos(POLL_NANOS / 5);
            }
        }
    }

    private class LocalServed implements Served {
        private final int replicas;
        private final int standbys;
        private final StartedReplicas processes;
        private final ToldServing telling = new ToldServing();
        private final ServeSession session;
        private final OipAddress address;

        LocalServed(int replicas, int standbys, List<String> program, Safeguards safeguards) throws IOException {
            this.replicas = replicas;
            this.standbys = standbys;
            this.processes = new StartedReplicas(LocalReplicas.Program.of(program));
            var settings = new GatewaySettings(
                    Routing.Options.usual(),
                    Fleet.Options.usual(Scaling.Options.between(replicas, replicas), standbys),
                    1,
                    new RequestLimits(64 << 20, 4096),
                    DEADLINE,
                    DEADLINE.multipliedBy(6),
                    DEADLINE,
                    safeguards);
            this.session = new ServeSession(List.of(version), settings, processes, telling);
            this.address = session.listen(
                            List.of(new OipAddress.Tcp("127.0.0.1", 0), new OipAddress.Tcp("127.0.0.1", 0)),
                            OipServerSettings.DEFAULT)
                    .getLast();
        }

        @Override
        public OipAddress address() {
            return address;
        }

        @Override
        public List<ProcessHandle> replicas() {
            return processes.living();
        }

        @Override
        public boolean isComplete() {
            return session.gateway().inUse(version.id()) == replicas
                    && processes.living().size() == replicas + standbys;
        }

        @Override
        public void serveNext() {
            ServedVersion other = next.orElseThrow();
            session.gateway().serve(other, RolloutSettings.Manner.AT_ONCE);
            while (session.gateway().inUse(other.id()) < replicas) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        }

        @Override
        public void hear(Consumer<Notice> listener) {
            telling.hear(listener);
        }

        @Override
        public void close() throws IOException {
            session.close();
        }
    }

    private Process launch(OipAddress address, List<String> more) throws IOException {
        var all = new ArrayList<>(options);
        all.addAll(more);
        all.addAll(List.of("--bundle", version.place()));
        return new ReplicaLauncher(all, folder.resolve("direct.log")).start(address);
    }

    private static String ready(Process process) throws IOException {
        var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        String line = lines.readLine();
        if (line == null) {
            throw new IOException("a replica did not start: exit code "
                    + process.onExit().join().exitValue());
        }
        return line;
    }

    private static void end(Process process) {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public Direct replica(int threads) throws IOException {
        Process process = launch(new OipAddress.Tcp("127.0.0.1", 0), List.of("--threads", Integer.toString(threads)));
        OipAddress address =
                OipAddress.parse(JSON.readTree(ready(process)).get("address").asText());
        return new Direct() {
            @Override
            public OipAddress address() {
                return address;
            }

            @Override
            public void close() {
                end(process);
            }
        };
    }

    @Override
    public Duration start() throws IOException {
        var address = new OipAddress.Unix(folder.resolve("start.sock"));
        long begin = System.nanoTime();
        Process process = launch(address, List.of());
        try {
            ready(process);
            try (var client = new ReplicaClient(address)) {
                client.infer(known.request(0), Deadline.in(DEADLINE)).join().orThrow();
                return Duration.ofNanos(System.nanoTime() - begin);
            }
        } finally {
            end(process);
            Files.deleteIfExists(address.path());
        }
    }
}
