package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.gateway.ServedVersion;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClientSettings;
import dev.perdure.oip.OipException;
import dev.perdure.oip.OipLimits;
import dev.perdure.replica.Heartbeat;
import dev.perdure.replica.ProcessId;
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
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts replicas as JVMs on this machine, each at a socket of its own, and watches them. Of each a file says which process it is
 * ({@link ServedProcess}), by which a later life of this process finds it and takes it over.
 */
final class LocalReplicas implements ReplicaPlace {
    /**
     * Sockets of one host need no questions whether the other end is there: its end is always noticed. A busy machine takes its
     * time to connect.
     */
    private static final OipClientSettings CLIENT =
            new OipClientSettings(OipLimits.DEFAULT, Duration.ofSeconds(20), Duration.ZERO);

    private static final Logger LOG = LoggerFactory.getLogger(LocalReplicas.class);
    private static final Duration ADOPTED_WITHIN = Duration.ofSeconds(5);
    private static final int EXIT_UNKNOWN = -1;
    private static final long LOOK_NANOS = 50_000_000;
    private static final long END_LOOK_NANOS = 5_000_000;
    private static final long END_KNOWN_MILLIS = 100;

    /** What is run. */
    interface Program {
        /**
         * Starts a replica with one bundle. It prints a line when its model can be asked.
         *
         * @param options of {@code perdure replica}, besides those that it always has
         */
        Process start(OipAddress address, String bundle, List<String> options, Path log) throws IOException;

        /** Returns {@code perdure replica} with these options. */
        static Program of(List<String> always) {
            return (address, bundle, options, log) -> {
                var all = new ArrayList<>(always);
                all.addAll(options);
                all.addAll(List.of("--bundle", bundle));
                return new ReplicaLauncher(all, log).start(address);
            };
        }
    }

    private final Program program;
    private final Path folder;
    private final Consumer<String> say;
    private final AtomicLong processes = new AtomicLong();
    private final AtomicLong answering = new AtomicLong();
    private final Map<Long, ServedProcess> unclaimed = new ConcurrentHashMap<>();
    private final Map<Claim, Long> claimed = new ConcurrentHashMap<>();

    /** Who is adopted by whom. */
    private record Claim(ModelId model, long number) {}

    /**
     * Starts nothing yet; sees what an earlier life left.
     *
     * @param folder for sockets and logs, with a short path
     * @param say told why a process never became ready, for people
     */
    LocalReplicas(Program program, Path folder, Consumer<String> say) throws IOException {
        this.program = program;
        this.folder = folder;
        this.say = say;
        for (String name : ServeFolder.names(folder)) {
            if (name.matches("r[0-9]{1,9}\\.(pid|log|sock)")) {
                long number = Long.parseLong(name.substring(1, name.indexOf('.')));
                processes.accumulateAndGet(number, Math::max);
                ServedProcess.read(pid(number))
                        .filter(ServedProcess::isAlive)
                        .ifPresent(process -> unclaimed.put(number, process));
            }
        }
    }

    private Path pid(long number) {
        return folder.resolve("r" + number + ".pid");
    }

    private OipAddress.Unix socket(long number) {
        return new OipAddress.Unix(folder.resolve("r" + number + ".sock"));
    }

    @Override
    public Left left(ServedVersion version) {
        var numbers = new TreeSet<Long>();
        unclaimed.forEach((place, process) -> {
            Long number = process.number();
            boolean isOf = version.id().name().equals(process.model())
                    && version.id().version().orElse("").equals(process.version())
                    && version.digest().equals(process.digest());
            if (isOf && number != null && numbers.add(number)) {
                unclaimed.remove(place, process);
                claimed.put(new Claim(version.id(), number), place);
            }
        });
        return new Left(
                List.copyOf(numbers),
                processes.get() + 1); // every number that was given away started a process, or meant to
    }

    @Override
    public String name() {
        return "this host";
    }

    @Override
    public void endUnclaimed() {
        for (Long number : List.copyOf(unclaimed.keySet())) {
            ServedProcess process = unclaimed.remove(number);
            if (process != null) {
                process.process().handle().ifPresent(ProcessHandle::destroyForcibly);
                pid(number).toFile().delete();
            }
        }
    }

    @Override
    public Launched adopt(ReplicaId replica, ServedVersion version, Listener listener) throws IOException {
        long number = Optional.ofNullable(claimed.remove(new Claim(version.id(), replica.number())))
                .orElseThrow(() -> new IOException("replica %s: nothing was left".formatted(replica)));
        ProcessId id = ServedProcess.read(pid(number))
                .map(ServedProcess::process)
                .orElseThrow(() -> new IOException("replica %s: nothing says which process it is".formatted(replica)));
        ProcessHandle process =
                id.handle().orElseThrow(() -> new IOException("replica %s: it has ended meanwhile".formatted(replica)));
        var life = new Life(replica, version, listener, process, number);
        Thread.ofVirtual().name("replica " + replica).start(life::takeOver);
        Thread.ofVirtual().name("end of replica " + replica).start(life::watchEnd);
        Thread.ofVirtual().name("exit of replica " + replica).start(() -> {
            while (id.isAlive()) { // nobody is told of the end of a process that is no child
                LockSupport.parkNanos(LOOK_NANOS);
            }
            life.exited(EXIT_UNKNOWN);
        });
        return life;
    }

    @Override
    public Launched start(ReplicaId replica, ServedVersion version, boolean isUrgent, Listener listener)
            throws IOException {
        long number = processes.incrementAndGet();
        List<String> options = isUrgent || answering.get() == 0 ? List.of() : List.of(ReplicaCommand.MEEK);
        Process process = program.start(socket(number), version.place(), options, log(number));
        var life = new Life(replica, version, listener, process.toHandle(), number);
        note(number, replica, version, process);
        var _ = ProcessEnd.of(process).thenAccept(life::exited);
        Thread.ofVirtual().name("end of replica " + replica).start(life::watchEnd);
        // a pipe is read on a thread of its own: a virtual one that waits there holds what carries it
        Thread.ofPlatform().daemon().name("replica " + replica).start(() -> life.watch(process));
        return life;
    }

    private Path log(long number) {
        return folder.resolve("r" + number + ".log");
    }

    /** One of which nothing can be noted serves as well; nobody takes it over later. */
    private void note(long number, ReplicaId replica, ServedVersion version, Process process) {
        Optional<ProcessId> id = ProcessId.of(process.pid());
        try {
            if (id.isPresent()) {
                ServedProcess.replica(
                                replica.number(),
                                id.get(),
                                version.id().name(),
                                version.id().version().orElse(""),
                                version.digest())
                        .write(pid(number));
            }
        } catch (IOException e) {
            LOG.warn("replica {} of {}: not noted in {}: {}", replica.number(), version.id(), folder, e.toString());
        }
    }

    /** One process. */
    private final class Life implements Launched, ReplicaClient.Listener {
        private final ReplicaId replica;
        private final ServedVersion version;
        private final Listener listener;
        private final ReplicaSigns signs;
        private final ProcessHandle process;
        private final long number;
        private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
        private @Nullable ReplicaClient client;
        private boolean isAdopted;

        Life(ReplicaId replica, ServedVersion version, Listener listener, ProcessHandle process, long number) {
            this.replica = replica;
            this.version = version;
            this.listener = listener;
            this.signs = new ReplicaSigns(version, listener);
            this.process = process;
            this.number = number;
        }

        /** Sees that the process ends, which is before anybody hears of it. */
        void watchEnd() {
            try (ProcessFlags flags = ProcessFlags.of(process.pid()).orElse(null)) {
                while (flags != null && !ended.isDone()) {
                    if (flags.isEnding()) {
                        listener.ending("its process ends");
                        return;
                    }
                    LockSupport.parkNanos(END_LOOK_NANOS);
                }
            } catch (IOException e) {
                LOG.debug("replica {}: {}", replica, e.toString());
            }
        }

        /** The first line it prints says that its model can be asked. */
        void watch(Process process) {
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
                client = new ReplicaClient(socket(number), CLIENT);
                client.watch(this);
            }
        }

        /** One that does not take this process for the one it works for is ended. */
        void takeOver() {
            ReplicaClient other;
            synchronized (this) {
                isAdopted = true;
                other = new ReplicaClient(socket(number), CLIENT);
                client = other;
            }
            try {
                other.adopt(ProcessHandle.current().pid(), ADOPTED_WITHIN);
                other.watch(this);
            } catch (OipException e) {
                lost("not adopted: " + e.reason());
            }
        }

        /** Of one that was left, and is not what it should be, nobody has heard. */
        private void useless(String why) {
            if (isAdopted && !signs.isReady()) {
                LOG.info("replica {} of {} is ended: {}", replica.number(), version.id(), why);
                process.destroyForcibly();
            } else {
                listener.lost(why);
            }
        }

        @Override
        public synchronized void heard(Heartbeat heartbeat) {
            if (client != null) {
                boolean wasReady = signs.isReady();
                signs.heard(heartbeat, client.protocol()).ifPresent(this::useless);
                answering.addAndGet(signs.isReady() && !wasReady ? 1 : 0);
            }
        }

        /** A process that ends closes its connection first; how it ended says more, and is known at once. */
        @Override
        public synchronized void lost(String why) {
            LOG.info("replica {} of {}: {}", replica.number(), version.id(), why);
            if (signs.isReady()) {
                listener.ending(why);
            }
            var _ = ended.copy()
                    .orTimeout(END_KNOWN_MILLIS, TimeUnit.MILLISECONDS)
                    .exceptionally(_ -> {
                        useless("the connection to it ended");
                        return null;
                    });
        }

        void exited(int exit) {
            ended.complete(null);
            listener.exited(exit);
            pid(number).toFile().delete();
            synchronized (this) {
                if (signs.isReady()) {
                    answering.decrementAndGet();
                } else if (exit > 0 && exit < 128) {
                    say.accept("replica %d of %s did not start (exit code %d)%s"
                            .formatted(replica.number(), version.id(), exit, lastWords()));
                }
                if (client != null) {
                    ReplicaClient open = client;
                    Thread.ofVirtual().name("close").start(open::close);
                    client = null;
                }
            }
            socket(number).path().toFile().delete();
        }

        private String lastWords() {
            try {
                List<String> lines = Files.readAllLines(log(number));
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
