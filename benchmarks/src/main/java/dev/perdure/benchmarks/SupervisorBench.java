package dev.perdure.benchmarks;

import dev.perdure.supervision.Budgets;
import dev.perdure.supervision.Command;
import dev.perdure.supervision.Event;
import dev.perdure.supervision.FromWorker;
import dev.perdure.supervision.Patience;
import dev.perdure.supervision.Run;
import dev.perdure.supervision.Supervision;
import dev.perdure.supervision.Suspicion;
import dev.perdure.supervision.Targets;
import dev.perdure.supervision.ToWorker;
import dev.perdure.supervision.WorkerId;
import dev.perdure.wire.SupervisorServer;
import dev.perdure.wire.WireSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * What many workers cost their supervisor: another process plays them over gRPC on loopback. They stand still and form a group
 * when they are told to, and each shows at its pace that it is alive; here they are heard by the server and judged by the
 * machine, as in a real run.
 */
public final class SupervisorBench {
    private static final Duration JOINING_MAX = Duration.ofSeconds(60);
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final long ORDER_EVERY_MILLIS = 20;
    private static final double MIB = 1 << 20;

    private final Path folder;
    private final Duration pace;
    private final Consumer<String> progress;

    /**
     * Prepares to measure.
     *
     * @param folder an empty one, for the address
     * @param pace how often each worker shows that it is alive
     */
    public SupervisorBench(Path folder, Duration pace, Consumer<String> progress) {
        this.folder = folder;
        this.pace = pace;
        this.progress = progress;
    }

    /**
     * One number of workers.
     *
     * @param formedMillis from the first one's being told to stand still until the last one has said that it is in the group
     * @param wantedPerSecond heartbeats that the pace makes
     * @param heardPerSecond heartbeats that the machine was told
     * @param cpuMicros processor time of the supervisor for each, everything in it counted
     * @param cpuShare of one core
     * @param perCoreSecond how many one core would take
     * @param orderMillis from sending an order until its answer was heard, in milliseconds
     * @param heapMib used after a collection, above what an empty supervisor has
     * @param blamed workers that the machine wrongly gave up
     */
    public record Row(
            int workers,
            double formedMillis,
            double wantedPerSecond,
            double heardPerSecond,
            double cpuMicros,
            double cpuShare,
            double perCoreSecond,
            Distribution orderMillis,
            double heapMib,
            int blamed) {}

    /** What was measured. */
    public record Result(double paceMillis, double seconds, List<Row> rows) {
        public Result {
            rows = List.copyOf(rows);
        }
    }

    /** Measures, for each number of workers. */
    public Result run(List<Integer> workers, Duration seconds) throws IOException, InterruptedException {
        var rows = new ArrayList<Row>();
        for (int count : workers) {
            progress.accept("%d workers".formatted(count));
            rows.add(new Measured(count).row(seconds));
        }
        return new Result(pace.toNanos() / 1e6, seconds.toNanos() / 1e9, rows);
    }

    /** A supervisor with its workers. */
    private final class Measured implements SupervisorServer.Listener {
        private final int workers;
        private final Supervision supervision;
        private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        private final BlockingQueue<Long> answers = new ArrayBlockingQueue<>(1);
        private final Map<WorkerId, Long> connections = new ConcurrentHashMap<>();
        private long connectionsEver;
        private final AtomicLong heard = new AtomicLong();
        private long toldNanos;
        private int formed;
        private volatile double formedMillis;
        private volatile boolean running;
        private final CompletableFuture<SupervisorServer> listening = new CompletableFuture<>();
        private final Set<WorkerId> blamed = ConcurrentHashMap.newKeySet();

        Measured(int workers) {
            this.workers = workers;
            var run = new Run(
                    SimulatedWorkers.BUILD,
                    SimulatedWorkers.CONFIGURATION,
                    Long.MAX_VALUE,
                    "tcp://127.0.0.1:1",
                    Patience.standard(),
                    Budgets.standard(),
                    Suspicion.within(Suspicion.Bounds.standard()));
            supervision = Supervision.begin(run, new Targets(workers, 0, workers), 1);
        }

        @Override
        public void said(WorkerId worker, FromWorker message) {
            if (message instanceof FromWorker.Join) {
                connections.put(worker, ++connectionsEver);
            }
            if (message instanceof FromWorker.Told) {
                answers.offer(System.nanoTime());
            } else {
                events.add(new Event.Said(connections.getOrDefault(worker, 0L), message));
            }
        }

        @Override
        public void lost(WorkerId worker, String why) {
            Long connection = connections.remove(worker);
            if (connection != null) {
                events.add(new Event.ConnectionLost(connection, worker, why));
            }
        }

        Row row(Duration seconds) throws IOException, InterruptedException {
            double empty = heapMib();
            Path file = folder.resolve("supervisor-" + workers);
            var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            Thread machine =
                    Thread.ofPlatform().name("supervisor-machine").daemon().unstarted(this::judge);
            try (var server = new SupervisorServer(file, anyPort, 1, this, WireSettings.DEFAULT)) {
                listening.complete(server);
                machine.start();
                Process crowd = crowd(file);
                try {
                    awaitRunning(crowd);
                    return measure(server, seconds, empty);
                } finally {
                    machine.interrupt();
                    crowd.destroyForcibly().waitFor();
                }
            }
        }

        private Process crowd(Path file) throws IOException {
            return new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx2g",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            SimulatedWorkers.class.getName(),
                            file.toString(),
                            Integer.toString(workers),
                            Long.toString(pace.toMillis()))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        }

        private void awaitRunning(Process crowd) throws IOException, InterruptedException {
            long deadline = System.nanoTime() + JOINING_MAX.toNanos();
            while (!running) {
                if (!crowd.isAlive() || System.nanoTime() - deadline > 0) {
                    throw new IOException("%d of %d workers came within %d s (expected: all). Is there memory for them?"
                            .formatted(connections.size(), workers, JOINING_MAX.toSeconds()));
                }
                Thread.sleep(10);
            }
            Thread.sleep(WARM_UP);
        }

        private Row measure(SupervisorServer server, Duration seconds, double emptyMib) throws InterruptedException {
            var random = new Random(1);
            var millis = new ArrayList<Double>();
            long cpu = cpuNanos();
            long before = heard.get();
            long began = System.nanoTime();
            while (System.nanoTime() - began < seconds.toNanos()) {
                order(server, SimulatedWorkers.name(random.nextInt(workers)), millis);
                Thread.sleep(ORDER_EVERY_MILLIS);
            }
            double took = (System.nanoTime() - began) / 1e9;
            double spent = (cpuNanos() - cpu) / 1e9;
            double beats = Math.max(1, heard.get() - before);
            return new Row(
                    workers,
                    formedMillis,
                    workers / (pace.toNanos() / 1e9),
                    beats / took,
                    spent / beats * 1e6,
                    spent / took,
                    beats / spent,
                    Distribution.of(millis),
                    heapMib() - emptyMib,
                    blamed.size());
        }

        private void order(SupervisorServer server, WorkerId worker, List<Double> millis) throws InterruptedException {
            answers.clear();
            long sent = System.nanoTime();
            server.send(worker, new ToWorker.Welcome(1, pace));
            Long answered = answers.poll(10, TimeUnit.SECONDS);
            millis.add(answered == null ? 10_000.0 : (answered - sent) / 1e6);
        }

        /** The machine's own thread, as the real shell has it. */
        private void judge() {
            try {
                long tick = Patience.standard().tick().toNanos();
                while (true) {
                    Event event = events.poll(tick, TimeUnit.NANOSECONDS);
                    tell(event == null ? new Event.Tick() : event);
                    if (event instanceof Event.Said(long _, FromWorker.Formed _) && ++formed == workers) {
                        formedMillis = (System.nanoTime() - toldNanos) / 1e6;
                        running = true;
                    }
                    if (event instanceof Event.Said(long _, FromWorker.Heartbeat _)) {
                        heard.incrementAndGet();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void tell(Event event) {
            for (Command command : supervision.on(event, System.nanoTime()).commands()) {
                switch (command) {
                    case Command.Write write -> events.add(new Event.Written(write.batch()));
                    case Command.Send send -> send(send);
                    case Command.Kill kill -> blamed.add(kill.worker());
                    case Command.Launch _, Command.Finish _ -> {}
                }
            }
        }

        private void send(Command.Send send) {
            switch (send.message()) {
                case ToWorker.Prepare _, ToWorker.Form _ -> {
                    toldNanos = toldNanos == 0 ? System.nanoTime() : toldNanos;
                    listening.join().send(send.worker(), send.message());
                }
                case ToWorker.Welcome _, ToWorker.Refused _, ToWorker.Extend _, ToWorker.Switch _, ToWorker.Stop _ -> {}
            }
        }
    }

    private static long cpuNanos() {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return system.getProcessCpuTime();
    }

    private static double heapMib() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / MIB;
    }
}
