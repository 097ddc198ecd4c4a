package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.gateway.ReplicaHost;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClientSettings;
import dev.perdure.oip.OipLimits;
import dev.perdure.replica.Heartbeat;
import dev.perdure.replica.ModelState;
import dev.perdure.replica.ReplicaClient;
import dev.perdure.routing.ReplicaId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts replicas as JVMs on this machine, each at a socket of its own, and watches them. */
final class LocalReplicas implements ReplicaHost {
    /**
     * Sockets of one host need no questions whether the other end is there: its end is always noticed. A busy machine takes its
     * time to connect.
     */
    private static final OipClientSettings CLIENT =
            new OipClientSettings(OipLimits.DEFAULT, Duration.ofSeconds(20), Duration.ZERO);

    private static final Logger LOG = LoggerFactory.getLogger(LocalReplicas.class);
    private static final Duration UNLOADED = Duration.ofSeconds(2);
    private static final long END_KNOWN_MILLIS = 100;

    /** What is run. */
    interface Program {
        /** Starts a replica with one bundle. It prints a line when its model can be asked. */
        Process start(OipAddress address, String bundle, Path log) throws IOException;

        /** Returns {@code perdure replica} with these options. */
        static Program of(List<String> options) {
            return (address, bundle, log) -> {
                var all = new ArrayList<>(options);
                all.addAll(List.of("--bundle", bundle));
                return new ReplicaLauncher(all, log).start(address);
            };
        }
    }

    private final Program program;
    private final Path folder;
    private final Consumer<String> say;
    private final AtomicLong processes = new AtomicLong();

    /**
     * Starts nothing yet.
     *
     * @param folder for sockets and logs, with a short path
     * @param say told why a process never became ready, for people
     */
    LocalReplicas(Program program, Path folder, Consumer<String> say) {
        this.program = program;
        this.folder = folder;
        this.say = say;
    }

    @Override
    public Launched start(ReplicaId replica, ServedVersion version, Listener listener) throws IOException {
        long number = processes.incrementAndGet();
        Path socket = folder.resolve("r" + number + ".sock");
        Path log = folder.resolve("r" + number + ".log");
        var address = new OipAddress.Unix(socket);
        Process process = program.start(address, version.place(), log);
        var life = new Life(replica, version, listener, process, address, log);
        Thread.ofVirtual().name("replica " + replica).start(life::watch);
        return life;
    }

    /** One process. */
    private final class Life implements Launched, ReplicaClient.Listener {
        private final ReplicaId replica;
        private final ServedVersion version;
        private final Listener listener;
        private final Process process;
        private final OipAddress.Unix address;
        private final Path log;
        private @Nullable ReplicaClient client;
        private boolean isReady;

        Life(
                ReplicaId replica,
                ServedVersion version,
                Listener listener,
                Process process,
                OipAddress.Unix address,
                Path log) {
            this.replica = replica;
            this.version = version;
            this.listener = listener;
            this.process = process;
            this.address = address;
            this.log = log;
            var _ = process.onExit().thenAccept(ended -> exited(ended.exitValue()));
        }

        /** The first line it prints says that its model can be asked. */
        void watch() {
            try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
                String line = lines.readLine();
                if (line != null) {
                    connect();
                }
                while (line != null) {
                    line = lines.readLine();
                }
            } catch (IOException _) {
                // it has ended, which is told elsewhere
            }
        }

        private synchronized void connect() {
            if (process.isAlive()) {
                client = new ReplicaClient(address, CLIENT);
                client.watch(this);
            }
        }

        @Override
        public synchronized void heard(Heartbeat heartbeat) {
            Optional<ModelState> model = heartbeat.model(version.id());
            if (client == null || heartbeat.draining()) {
                return;
            }
            if (model.isEmpty() || !model.get().digest().equals(version.digest())) {
                if (!isReady || heartbeat.up().compareTo(UNLOADED) > 0) {
                    listener.lost("it has %s loaded (expected: bundle %s)"
                            .formatted(model.map(ModelState::digest).orElse("nothing"), version.digest()));
                }
                return;
            }
            ModelState state = model.get();
            if (!isReady) {
                isReady = true;
                listener.ready(client.protocol());
            }
            listener.beat(state.batches() + state.failed(), (int) Math.max(state.underWay(), state.computing()));
        }

        /** A process that ends closes its connection first; how it ended says more, and is known at once. */
        @Override
        public void lost(String why) {
            LOG.info("replica {} of {}: {}", replica.number(), version.id(), why);
            var _ = process.onExit()
                    .orTimeout(END_KNOWN_MILLIS, TimeUnit.MILLISECONDS)
                    .exceptionally(_ -> {
                        listener.lost("the connection to it ended");
                        return process;
                    });
        }

        private void exited(int exit) {
            listener.exited(exit);
            synchronized (this) {
                if (!isReady && exit != 0 && exit < 128) {
                    say.accept("replica %d of %s did not start (exit code %d)%s"
                            .formatted(replica.number(), version.id(), exit, lastWords()));
                }
                if (client != null) {
                    ReplicaClient open = client;
                    Thread.ofVirtual().name("close").start(open::close);
                    client = null;
                }
            }
            address.path().toFile().delete();
        }

        private String lastWords() {
            try {
                List<String> lines = Files.readAllLines(log);
                return lines.isEmpty() ? "" : ": " + lines.getLast();
            } catch (IOException _) {
                return "";
            }
        }

        @Override
        public void stop() {
            process.destroy();
        }

        @Override
        public void kill() {
            process.destroyForcibly();
        }
    }
}
