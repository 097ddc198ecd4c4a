package dev.perdure.cli;

import dev.perdure.benchmarks.KnownAnswers;
import dev.perdure.benchmarks.OpenLoad;
import dev.perdure.benchmarks.Verdict;
import dev.perdure.chaos.ChaosFolder;
import dev.perdure.chaos.ServePlan;
import dev.perdure.chaos.ServedTarget;
import dev.perdure.chaos.Told;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.model.KeyFiles;
import dev.perdure.model.SigningKey;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.Outcome;
import dev.perdure.oip.Parameter;
import dev.perdure.oip.Parameters;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A model that is served for a campaign as a person would serve it: by {@code perdure serve}, in processes of its own that know
 * the campaign. Only the version that is asked lies in the folder that is served.
 */
final class AbusedServing implements ServedTarget, AutoCloseable {
    private static final Duration STARTED_WITHIN = Duration.ofMinutes(3);
    private static final Duration ENDED_WITHIN = Duration.ofSeconds(90);
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration LATE = Duration.ofSeconds(1);
    private static final int FIRST = 50;
    private static final int LAST = 200;
    /** Inputs that the load leaves to those that ask once. */
    private static final int KEPT = 500;
    /** So that gateways at one port get some each, most likely. */
    private static final int CONNECTIONS_EACH = 4;

    private static final long POLL_NANOS = 5_000_000;

    private final ServedVersion version;
    private final KnownAnswers known;
    private final ServePlan plan;
    private final ChaosFolder chaos;
    private final Path models;
    private final Path said;
    private final ServeFolder session;
    private final SigningKey key = SigningKey.generate();
    private final Optional<AbusedHost> host;
    private final List<String> arguments;
    private final Set<ServedProcess> seen = new LinkedHashSet<>();
    private volatile Process parent;
    private volatile Consumer<Told> listener = _ -> {};
    private volatile boolean isOver;
    private @Nullable Connected connected;
    private volatile @Nullable OpenLoad load;
    private int askedOnce;

    /** Who asks, when it is known where. */
    private record Connected(List<OipAddress> addresses, AskingAgain load, OipClient others) {}

    /**
     * Begins to start processes.
     *
     * @param options of {@code perdure serve}: the engine, and who is trusted
     * @param run where models, sockets and logs go
     */
    AbusedServing(
            ServedVersion version,
            KnownAnswers known,
            ServePlan plan,
            List<String> options,
            ChaosFolder chaos,
            Path run)
            throws IOException {
        this.version = version;
        this.known = known;
        this.plan = plan;
        this.chaos = chaos;
        this.models = run.resolve("models").toAbsolutePath();
        this.said = run.resolve("serve.log");
        var own = new ServeFolder(run.resolve("serving"));
        this.session = own.isShort() ? own : new ServeFolder(Files.createTempDirectory(ServeFolder.PREFIX));
        Path place = models.resolve(version.id().name())
                .resolve(version.id().version().orElse("1"));
        Files.createDirectories(place.getParent());
        Files.createSymbolicLink(place, Path.of(version.place()).toRealPath());
        Path trusted = Files.writeString(run.resolve("campaign.pub"), KeyFiles.publicText(key.publicHalf()));
        var all = new ArrayList<>(
                List.of(models.toString(), "--run", session.path().toString()));
        all.addAll(List.of("--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"));
        all.addAll(List.of("--gateways", Integer.toString(plan.gateways())));
        all.addAll(List.of("--replicas", Integer.toString(plan.replicas())));
        all.addAll(List.of("--agenda", chaos.path().toString()));
        all.addAll(List.of("--trust", trusted.toAbsolutePath().toString()));
        all.addAll(options);
        if (plan.hasOtherHost()) {
            var theirs =
                    new ArrayList<>(List.of("--trust", trusted.toAbsolutePath().toString()));
            theirs.addAll(options);
            host = Optional.of(new AbusedHost(models, theirs, chaos, run));
            all.addAll(host.get().options());
        } else {
            host = Optional.empty();
        }
        this.arguments = List.copyOf(all);
        this.parent = started();
        Thread.ofPlatform().daemon().name("hears").start(this::hear);
    }

    private Process started() throws IOException {
        var program = new ArrayList<>(List.of("serve"));
        program.addAll(arguments);
        return Unattended.start(UnaryOperator.identity(), program, said);
    }

    /** Tells what gateways and their parents say, until it is over. */
    private void hear() {
        try {
            var told = new LineTail(chaos.told(), false);
            var words = new LineTail(said, false);
            while (!isOver) {
                told.next()
                        .forEach(line ->
                                Told.parse(line).flatMap(this::asIsAsked).ifPresent(listener));
                words.next().forEach(line -> Told.ofParent(Instant.now(), line).ifPresent(listener));
                LockSupport.parkNanos(POLL_NANOS);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<Told> asIsAsked(Told told) {
        if (told.model().equals(version.id().name())) {
            return Optional.of(told);
        }
        return told.isIn() ? Optional.of(told.asLoaded()) : Optional.empty();
    }

    /** Returns when all replicas can be asked. */
    void awaitComplete() throws IOException {
        long end = System.nanoTime() + STARTED_WITHIN.toNanos();
        while (!isComplete()) {
            if (System.nanoTime() - end > 0 || !parent.isAlive()) {
                throw new IOException(
                        "not all replicas were ready within %d s: see %s".formatted(STARTED_WITHIN.toSeconds(), said));
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        List<OipAddress> addresses =
                ServeSetup.read(session.session()).orElseThrow().where();
        connected = new Connected(
                addresses,
                new AskingAgain(addresses.getLast(), CONNECTIONS_EACH * plan.gateways()),
                new OipClient(addresses.getLast()));
    }

    private Connected connected() {
        if (connected == null) {
            throw new IllegalStateException("nobody can be asked yet");
        }
        return connected;
    }

    private synchronized List<ServedProcess> living(ServedProcess.Role role) throws IOException {
        List<ServedProcess> all = new ArrayList<>(session.processes());
        if (host.isPresent()) {
            all.addAll(host.get().replicas());
        }
        seen.addAll(all);
        return all.stream()
                .filter(process -> process.role() == role)
                .sorted(Comparator.comparingLong(ServedProcess::began))
                .toList();
    }

    private static List<ProcessHandle> handles(List<ServedProcess> processes) {
        return processes.stream()
                .flatMap(process -> process.process().handle().stream())
                .toList();
    }

    @Override
    public List<ProcessHandle> replicas() throws IOException {
        return handles(living(ServedProcess.Role.REPLICA));
    }

    @Override
    public List<ProcessHandle> gateways() throws IOException {
        return handles(living(ServedProcess.Role.GATEWAY));
    }

    @Override
    public ProcessHandle parent() {
        return parent.toHandle();
    }

    @Override
    public void startParent() throws IOException {
        parent = started();
    }

    @Override
    public boolean isComplete() throws IOException {
        List<ServedProcess> gateways = living(ServedProcess.Role.GATEWAY);
        for (ServedProcess gateway : gateways) {
            Integer number = gateway.gateway();
            if (number == null || chaos.inUse(number, gateway.pid()) != plan.replicas()) {
                return false;
            }
        }
        return gateways.size() == plan.gateways()
                && (host.isEmpty() || host.get().replicas().size() >= plan.gateways())
                && living(ServedProcess.Role.REPLICA).size() == plan.gateways() * plan.replicas();
    }

    @Override
    public void cutOff() throws IOException {
        host.orElseThrow().cutOff();
    }

    @Override
    public void mend() throws IOException {
        host.orElseThrow().mend();
    }

    private Path added() {
        return models.resolve(version.id().name() + "-big").resolve("1");
    }

    @Override
    public void addModel(int megabytes) throws IOException {
        BigModel.write(added(), version.id().name() + "-big", megabytes, key);
    }

    @Override
    public void removeModel() throws IOException {
        try (Stream<Path> files = Files.walk(added().getParent())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public InetSocketAddress http() {
        return connected().addresses().getFirst() instanceof OipAddress.Tcp(var host, int port)
                ? new InetSocketAddress(host, port)
                : new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    @Override
    public String path() {
        return "/v2/models/%s/infer".formatted(version.id().name());
    }

    @Override
    public String body() {
        return ExampleRequest.of(version).orElse("{}");
    }

    @Override
    public void hear(Consumer<Told> to) {
        listener = to;
    }

    @Override
    public void ask(double perSecond, Consumer<Ended> ended) throws InterruptedException {
        var asking = load(connected().load(), Integer.MAX_VALUE, perSecond, FIRST, ended);
        load = asking;
        asking.run();
    }

    @Override
    public void stopAsking() {
        OpenLoad asking = load;
        if (asking != null) {
            asking.stop();
        }
    }

    @Override
    public void askMore(double perSecond, Duration length, Consumer<Ended> ended) throws InterruptedException {
        int requests = Math.max(1, (int) (perSecond * length.toMillis() / 1e3));
        load(connected().others()::infer, requests, perSecond, LAST, ended).run();
    }

    private OpenLoad load(OpenLoad.Asker over, int requests, double perSecond, int priority, Consumer<Ended> ended) {
        Instant now = Instant.now();
        long nowNanos = System.nanoTime();
        int inputs = Math.max(1, known.size() - KEPT);
        return new OpenLoad(
                        over,
                        new OpenLoad.Options(requests, perSecond, DEADLINE, LATE),
                        number -> with(known.request(number % inputs), Integer.toString(number), priority),
                        (number, response) -> known.wrong(number % inputs, response))
                .watchedBy((number, due, end, verdict) -> ended.accept(ended(
                        now.plusNanos(due - nowNanos),
                        (end - due) / 1e6,
                        over instanceof AskingAgain asks ? asks.again(Integer.toString(number)) : 0,
                        verdict)));
    }

    private static InferRequest with(InferRequest request, String id, int priority) {
        return new InferRequest(
                request.model(),
                id,
                Map.of(Parameters.PRIORITY, Parameter.of(priority)),
                request.inputs(),
                request.outputs());
    }

    private static Ended ended(Instant due, double millis, int again, Verdict verdict) {
        return switch (verdict) {
            case Verdict.Right _ -> new Ended(due, millis, End.RIGHT, again, "");
            case Verdict.Late _ -> new Ended(due, millis, End.LATE, again, "");
            case Verdict.Degraded _ -> new Ended(due, millis, End.DEGRADED, again, "");
            case Verdict.Failed(String why) -> new Ended(due, millis, End.FAILED, again, why);
            case Verdict.Wrong(String how) -> new Ended(due, millis, End.WRONG, again, how);
        };
    }

    @Override
    public synchronized Ended askOnce(String id) {
        int number = known.size() - 1 - askedOnce++ % KEPT;
        Instant due = Instant.now();
        long begin = System.nanoTime();
        Outcome outcome = connected()
                .others()
                .infer(with(known.request(number), id, FIRST), Deadline.in(DEADLINE))
                .join();
        return ended(
                due,
                (System.nanoTime() - begin) / 1e6,
                0,
                Verdict.of(outcome, response -> known.wrong(number, response)));
    }

    /** Ends all. Returns how many processes were left over then, and ends those. */
    int end() {
        close();
        List<ProcessHandle> left;
        synchronized (this) {
            left = handles(List.copyOf(seen));
        }
        left.forEach(ProcessHandle::destroyForcibly);
        return left.size();
    }

    @Override
    public void close() {
        Connected clients = connected;
        if (clients != null) {
            clients.load().close();
            clients.others().close();
        }
        parent.destroy();
        parent.onExit()
                .completeOnTimeout(parent, ENDED_WITHIN.toSeconds(), TimeUnit.SECONDS)
                .thenAccept(Process::destroyForcibly)
                .join();
        try {
            if (host.isPresent()) {
                host.get().close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        isOver = true;
    }
}
