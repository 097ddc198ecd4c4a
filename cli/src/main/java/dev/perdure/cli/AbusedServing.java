package dev.perdure.cli;

import dev.perdure.benchmarks.KnownAnswers;
import dev.perdure.benchmarks.OpenLoad;
import dev.perdure.benchmarks.Verdict;
import dev.perdure.chaos.BundleDamage;
import dev.perdure.chaos.ChaosFolder;
import dev.perdure.chaos.ServePlan;
import dev.perdure.chaos.ServedTarget;
import dev.perdure.gateway.GatewaySettings;
import dev.perdure.gateway.ServedVersion;
import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.OipServerSettings;
import dev.perdure.oip.Outcome;
import dev.perdure.oip.Parameter;
import dev.perdure.oip.Parameters;
import dev.perdure.routing.Fleet;
import dev.perdure.routing.Notice;
import dev.perdure.routing.RequestLimits;
import dev.perdure.routing.Routing;
import dev.perdure.routing.Scaling;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A model that is served for a campaign: by the gateway that {@code serve} has, and replicas that know the campaign. */
final class AbusedServing implements ServedTarget, AutoCloseable {
    private static final Duration STARTED_WITHIN = Duration.ofSeconds(90);
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration LATE = Duration.ofSeconds(1);
    private static final int FIRST = 50;
    private static final int LAST = 200;
    /** Inputs that the load leaves to those that ask once. */
    private static final int KEPT = 500;

    private static final long POLL_NANOS = 5_000_000;

    private final ServedVersion version;
    private final KnownAnswers known;
    private final int wanted;
    private final StartedReplicas processes;
    private final ToldServing telling = new ToldServing();
    private final ServeSession session;
    private final List<OipAddress> addresses;
    private final OipClient client;
    private final OipClient others;
    private volatile @Nullable OpenLoad load;
    private int askedOnce;

    /**
     * Begins to start replicas.
     *
     * @param options of {@code perdure replica}, besides the bundle
     */
    AbusedServing(ServedVersion version, KnownAnswers known, ServePlan plan, List<String> options, ChaosFolder chaos)
            throws IOException {
        this.version = version;
        this.known = known;
        this.wanted = plan.replicas();
        this.processes = new StartedReplicas((address, bundle, log) -> {
            var all = new ArrayList<>(options);
            all.addAll(List.of(
                    "--agenda",
                    chaos.path().toString(),
                    "--bundle",
                    BundleDamage.next(chaos, Path.of(bundle)).toString()));
            return new ReplicaLauncher(all, log).start(address);
        });
        var settings = new GatewaySettings(
                Routing.Options.usual(),
                Patience.times(plan.patience(), Fleet.Options.usual(Scaling.Options.between(wanted, wanted), 0)),
                1,
                new RequestLimits(64 << 20, 4096),
                DEADLINE,
                DEADLINE.multipliedBy(6),
                DEADLINE);
        this.session = new ServeSession(List.of(version), settings, processes, telling);
        this.addresses = session.listen(
                List.of(new OipAddress.Tcp("127.0.0.1", 0), new OipAddress.Tcp("127.0.0.1", 0)),
                OipServerSettings.DEFAULT);
        this.client = new OipClient(addresses.getLast());
        this.others = new OipClient(addresses.getLast());
    }

    /** Returns when all replicas can be asked. */
    void awaitComplete() throws IOException {
        long end = System.nanoTime() + STARTED_WITHIN.toNanos();
        while (!isComplete()) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("not all replicas were ready within " + STARTED_WITHIN);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    @Override
    public List<ProcessHandle> replicas() {
        return processes.living();
    }

    @Override
    public boolean isComplete() {
        return session.gateway().inUse(version.id()) == wanted
                && processes.living().size() == wanted;
    }

    @Override
    public InetSocketAddress http() {
        return addresses.getFirst() instanceof OipAddress.Tcp(var host, int port)
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
    public void hear(Consumer<Notice> listener) {
        telling.hear(listener);
    }

    @Override
    public void ask(double perSecond, Consumer<Ended> ended) throws InterruptedException {
        var asking = load(client, Integer.MAX_VALUE, perSecond, FIRST, ended);
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
        load(others, requests, perSecond, LAST, ended).run();
    }

    private OpenLoad load(OipClient over, int requests, double perSecond, int priority, Consumer<Ended> ended) {
        Instant now = Instant.now();
        long nowNanos = System.nanoTime();
        int inputs = Math.max(1, known.size() - KEPT);
        return new OpenLoad(
                        over,
                        new OpenLoad.Options(requests, perSecond, DEADLINE, LATE),
                        number -> with(known.request(number % inputs), "", priority),
                        (number, response) -> known.wrong(number % inputs, response))
                .watchedBy((_, due, end, verdict) ->
                        ended.accept(ended(now.plusNanos(due - nowNanos), (end - due) / 1e6, verdict)));
    }

    private static InferRequest with(InferRequest request, String id, int priority) {
        return new InferRequest(
                request.model(),
                id,
                Map.of(Parameters.PRIORITY, Parameter.of(priority)),
                request.inputs(),
                request.outputs());
    }

    private static Ended ended(Instant due, double millis, Verdict verdict) {
        return switch (verdict) {
            case Verdict.Right _ -> new Ended(due, millis, End.RIGHT, "");
            case Verdict.Late _ -> new Ended(due, millis, End.LATE, "");
            case Verdict.Degraded _ -> new Ended(due, millis, End.DEGRADED, "");
            case Verdict.Failed(String why) -> new Ended(due, millis, End.FAILED, why);
            case Verdict.Wrong(String how) -> new Ended(due, millis, End.WRONG, how);
        };
    }

    @Override
    public synchronized Ended askOnce(String id) {
        int number = known.size() - 1 - askedOnce++ % KEPT;
        Instant due = Instant.now();
        long begin = System.nanoTime();
        Outcome outcome = others.infer(with(known.request(number), id, FIRST), Deadline.in(DEADLINE))
                .join();
        return ended(
                due, (System.nanoTime() - begin) / 1e6, Verdict.of(outcome, response -> known.wrong(number, response)));
    }

    /** Ends all. Returns how many replicas were left over then, and ends those. */
    int end() throws IOException {
        close();
        List<ProcessHandle> left = processes.living();
        left.forEach(ProcessHandle::destroyForcibly);
        return left.size();
    }

    @Override
    public void close() throws IOException {
        client.close();
        others.close();
        session.close();
    }
}
