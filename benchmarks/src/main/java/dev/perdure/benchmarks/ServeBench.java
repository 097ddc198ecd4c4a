package dev.perdure.benchmarks;

import dev.perdure.benchmarks.Serving.Direct;
import dev.perdure.benchmarks.Serving.Served;
import dev.perdure.oip.OipAddress;
import dev.perdure.oip.OipClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * What serving costs, and what it costs to lose replicas. Whoever asks, the gateway and the replicas share the machine, so all is
 * compared within one run: with the replica asked directly, and with the same load while nothing happens.
 */
public final class ServeBench {
    private static final int WARM_UP_PER_SECOND = 100;
    private static final int ROUNDS = 5;
    private static final int CALLS = 400;
    private static final int CONNECTIONS = 16;
    private static final Duration SHORT = Duration.ofMillis(2_500);

    private static final Duration STEADY = Duration.ofSeconds(4);
    private static final double PER_SECOND = 200;
    private static final int REQUESTS_MAX = 100_000;
    private static final long POLL_NANOS = 1_000_000;
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final Serving serving;
    private final KnownAnswers known;
    private final Heavy heavy;
    private final Duration warm;
    private final Consumer<String> progress;
    private final Consumer<ServeFigure> tell;
    private final List<ServeFigure> figures = new ArrayList<>();

    /** The parts. */
    public enum Part {
        /** Calls by one connection. */
        CALLS,
        /** Sixteen connections. */
        THROUGHPUT,
        /** A replica is killed. */
        KILL,
        /** A replica is stopped. */
        STOP,
        /** A replica answers wrongly. */
        WRONG,
        /** Another version is loaded beside traffic. */
        RELOAD,
        /** Inputs are judged and drift is watched, or not. */
        GUARD,
        /** Three times as much is asked as can be answered. */
        OVERLOAD,
        /** A replica begins. */
        START;

        /** Returns the word that says which. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A model, and what it answers. */
    public record Model(Serving serving, KnownAnswers known) {}

    /** Makes a model that computes for ten milliseconds or more on an item of some kilobytes. */
    @FunctionalInterface
    public interface Heavy {
        Model model() throws IOException, InterruptedException;
    }

    /**
     * Prepares to measure.
     *
     * @param model what is asked in all parts but the overload
     * @param heavy what is asked there
     * @param warm how long each is asked before anything is measured: compilers of programs that have just begun take half of
     *     two cores for many seconds
     * @param progress told how far it is
     * @param tell given each figure when it is there
     */
    public ServeBench(Model model, Heavy heavy, Duration warm, Consumer<String> progress, Consumer<ServeFigure> tell) {
        this.serving = model.serving();
        this.known = model.known();
        this.heavy = heavy;
        this.warm = warm;
        this.progress = progress;
        this.tell = tell;
    }

    /** Measures. */
    public List<ServeFigure> run(Set<Part> parts) throws IOException, InterruptedException {
        for (Part part : Part.values()) {
            if (parts.contains(part)) {
                progress.accept(part.word());
                measure(part);
            }
        }
        return List.copyOf(figures);
    }

    private void measure(Part part) throws IOException, InterruptedException {
        switch (part) {
            case CALLS -> calls();
            case THROUGHPUT -> throughput();
            case KILL -> {
                lose(part, "none stands by", 0, 3, ProcessHandle::destroyForcibly);
                lose(part, "one stands by", 1, 3, ProcessHandle::destroyForcibly);
            }
            case STOP -> lose(part, "none stands by", 0, 2, ServeBench::stop);
            case WRONG -> wrong();
            case RELOAD -> reload();
            case GUARD -> guard();
            case OVERLOAD -> overload();
            case START -> start();
        }
    }

    private static void stop(ProcessHandle process) {
        try {
            new ProcessBuilder("kill", "-STOP", Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new IllegalStateException("a process cannot be stopped here", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Both are asked in turns, so that a machine that slows down slows both. */
    private void calls() throws IOException, InterruptedException {
        var direct = new ArrayList<Double>();
        var through = new ArrayList<Double>();
        try (Direct replica = serving.replica(1);
                Served gateway = serving.gateway(1, 0);
                var one = new ClosedLoad(replica.address(), 1, known);
                var other = new ClosedLoad(gateway.address(), 1, known)) {
            warm(replica.address());
            warm(gateway.address());
            int warmUp = Math.toIntExact(WARM_UP_PER_SECOND * warm.toSeconds());
            one.time(warmUp, new ArrayList<>());
            other.time(warmUp, new ArrayList<>());
            for (int round = 0; round < ROUNDS; round++) {
                one.time(CALLS, direct);
                other.time(CALLS, through);
            }
        }
        double directHalf = rank(direct, 0.5) / 1e6;
        double directMost = rank(direct, 0.99) / 1e6;
        double half = rank(through, 0.5) / 1e6;
        double most = rank(through, 0.99) / 1e6;
        add(ServeFigure.of(Part.CALLS, "replica asked directly, p50", directHalf, "ms"));
        add(ServeFigure.of(Part.CALLS, "replica asked directly, p99", directMost, "ms"));
        add(ServeFigure.of(Part.CALLS, "through the gateway, p50", half, "ms"));
        add(ServeFigure.of(Part.CALLS, "through the gateway, p99", most, "ms"));
        add(ServeFigure.atMost(0.25, Part.CALLS, "added at p50", half - directHalf, "ms"));
        add(ServeFigure.atMost(1, Part.CALLS, "added at p99", most - directMost, "ms"));
    }

    private void warm(OipAddress address) throws InterruptedException {
        try (var all = new ClosedLoad(address, CONNECTIONS, known)) {
            all.perSecond(warm);
        }
    }

    private static double rank(List<Double> values, double share) {
        return new Samples(values.stream().mapToDouble(v -> v).toArray()).rank(share);
    }

    private void throughput() throws IOException, InterruptedException {
        var direct = new ArrayList<Double>();
        var through = new ArrayList<Double>();
        try (Direct replica = serving.replica(2);
                Served gateway = serving.gateway(2, 0);
                var one = new ClosedLoad(replica.address(), CONNECTIONS, known);
                var other = new ClosedLoad(gateway.address(), CONNECTIONS, known)) {
            one.perSecond(warm); // programs that have just begun are slow, which is another matter
            other.perSecond(warm);
            for (int round = 0; round < 3; round++) {
                direct.add(one.perSecond(SHORT));
                through.add(other.perSecond(SHORT));
            }
        }
        double alone = rank(direct, 0.5);
        double all = rank(through, 0.5);
        add(ServeFigure.of(Part.THROUGHPUT, "one process with two threads", alone, "1/s"));
        add(ServeFigure.of(Part.THROUGHPUT, "gateway and two replicas", all, "1/s"));
        add(ServeFigure.atLeast(0.7, Part.THROUGHPUT, "gateway against one process", all / alone, ""));
    }

    private void lose(Part part, String what, int standbys, int times, Consumer<ProcessHandle> harm)
            throws IOException, InterruptedException {
        try (Served gateway = serving.gateway(2, standbys)) {
            var loss = new Losses(gateway, known, times, harm);
            OpenLoad.LoadReport report = loss.run();
            boolean isStopped = part == Part.STOP;
            add(ServeFigure.atMost(
                    isStopped ? 500 : 10,
                    part,
                    what + ": out after (median)",
                    loss.out().median(),
                    "ms"));
            add(ServeFigure.of(part, what + ": out after (slowest)", loss.out().max(), "ms"));
            if (isStopped) {
                add(ServeFigure.atMost(
                        2_000,
                        part,
                        what + ": replaced after (median)",
                        loss.replaced().median(),
                        "ms"));
            } else {
                add(ServeFigure.of(
                        part,
                        what + ": replaced after (median)",
                        loss.replaced().median(),
                        "ms"));
            }
            add(ServeFigure.of(
                    part, what + ": p99 while nothing happens", loss.steady().rank(0.99), "ms"));
            add(ServeFigure.of(
                    part, what + ": p99 in the second after", loss.after().rank(0.99), "ms"));
            double ratio = loss.after().rank(0.99) / loss.steady().rank(0.99);
            add(
                    isStopped
                            ? ServeFigure.of(part, what + ": p99 in the second after against steady", ratio, "")
                            : ServeFigure.atMost(
                                    1.5, part, what + ": p99 in the second after against steady", ratio, ""));
            add(ServeFigure.count(part, what + ": requests", report.requests()));
            add(ServeFigure.none(part, what + ": failed", report.failed() + report.unheard()));
            add(ServeFigure.none(part, what + ": wrong", report.wrong()));
        }
    }

    private void add(ServeFigure figure) {
        figures.add(figure);
        tell.accept(figure);
    }

    private void wrong() throws IOException, InterruptedException {
        var out = new ArrayList<Double>();
        long wrong = 0;
        long requests = 0;
        for (int round = 0; round < 3; round++) {
            try (Serving.Spoilable gateway = serving.spoilable();
                    var client = new OipClient(gateway.address())) {
                var loss = new LossWatch();
                gateway.hear(loss::told);
                load(client, 400).run();
                OpenLoad load = load(client, REQUESTS_MAX);
                CompletableFuture<Double> spoilt = CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return spoil(gateway, loss);
                            } finally {
                                load.stop();
                            }
                        },
                        task -> Thread.ofVirtual().name("harm").start(task));
                OpenLoad.LoadReport report = load.run();
                out.add(spoilt.join());
                wrong += report.wrong();
                requests += report.requests();
            }
        }
        add(ServeFigure.atMost(1_000, Part.WRONG, "out after (median)", rank(out, 0.5), "ms"));
        add(ServeFigure.of(Part.WRONG, "out after (slowest)", rank(out, 1), "ms"));
        add(ServeFigure.count(Part.WRONG, "requests", requests));
        add(ServeFigure.count(Part.WRONG, "answered wrongly until then, of one replica in three", wrong));
    }

    private OpenLoad load(OipClient client, int requests) {
        return new OpenLoad(
                client, new OpenLoad.Options(requests, PER_SECOND, DEADLINE, DEADLINE), known::request, known::wrong);
    }

    private static double spoil(Serving.Spoilable gateway, LossWatch loss) {
        try {
            gateway.spoil();
            long at = System.nanoTime();
            while (loss.outMillis(at).isEmpty()) {
                if (System.nanoTime() - at > DEADLINE.toNanos()) {
                    throw new IllegalStateException("a replica that answers wrongly was not out within " + DEADLINE);
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
            return loss.outMillis(at).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void reload() throws IOException, InterruptedException {
        if (!serving.hasNext()) {
            progress.accept(
                    "reload: left out, there is one version (expected: two, for example digits/1 and digits/2)");
            return;
        }
        try (Served gateway = serving.gateway(2, 0);
                var client = new OipClient(gateway.address())) {
            var watch = new LossWatch();
            load(client, 800).run();
            OpenLoad load = load(client, REQUESTS_MAX).watchedBy(watch);
            CompletableFuture<List<Long>> loaded = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            LockSupport.parkNanos(STEADY.toNanos());
                            long from = System.nanoTime();
                            gateway.serveNext();
                            return List.of(from, System.nanoTime());
                        } catch (IOException | InterruptedException e) {
                            throw new IllegalStateException(e);
                        } finally {
                            load.stop();
                        }
                    },
                    task -> Thread.ofVirtual().name("load").start(task));
            OpenLoad.LoadReport report = load.run();
            List<Long> moments = loaded.join();
            double steady = rank(watch.before(moments.getFirst()), 0.99);
            double beside = rank(watch.between(moments.getFirst(), moments.getLast()), 0.99);
            double took = (moments.getLast() - moments.getFirst()) / 1e6;
            add(ServeFigure.of(Part.RELOAD, "two replicas of another version were there after", took, "ms"));
            add(ServeFigure.of(Part.RELOAD, "p99 while nothing happens", steady, "ms"));
            add(ServeFigure.of(Part.RELOAD, "p99 while it is loaded", beside, "ms"));
            add(ServeFigure.atMost(1.3, Part.RELOAD, "p99 while it is loaded against steady", beside / steady, ""));
            add(ServeFigure.count(Part.RELOAD, "requests", report.requests()));
            add(ServeFigure.none(Part.RELOAD, "failed", report.failed() + report.unheard()));
            add(ServeFigure.none(Part.RELOAD, "wrong", report.wrong()));
        }
    }

    /** Both are asked in turns. */
    private void guard() throws IOException, InterruptedException {
        var without = new ArrayList<Double>();
        var with = new ArrayList<Double>();
        try (Served plain = serving.unguarded();
                Served guarded = serving.gateway(1, 0);
                var one = new ClosedLoad(plain.address(), CONNECTIONS, known);
                var other = new ClosedLoad(guarded.address(), CONNECTIONS, known)) {
            one.perSecond(warm);
            other.perSecond(warm);
            for (int round = 0; round < ROUNDS; round++) {
                without.add(one.perSecond(SHORT));
                with.add(other.perSecond(SHORT));
            }
        }
        double plain = rank(without, 0.5);
        double guarded = rank(with, 0.5);
        add(ServeFigure.of(Part.GUARD, "no input judged, no drift watched", plain, "1/s"));
        add(ServeFigure.of(Part.GUARD, "all as usual", guarded, "1/s"));
        add(ServeFigure.atLeast(0.97, Part.GUARD, "with against without", guarded / plain, ""));
    }

    /** Of a model that computes long on little: with any other, whoever asks and whatever carries requests are overloaded first. */
    private void overload() throws IOException, InterruptedException {
        progress.accept("overload: a model that computes long");
        Model model = heavy.model();
        KnownAnswers answers = model.known();
        try (Served gateway = model.serving().gateway(2, 0);
                var closed = new ClosedLoad(gateway.address(), CONNECTIONS, answers);
                var client = new OipClient(gateway.address())) {
            closed.perSecond(warm);
            double capacity = closed.perSecond(STEADY);
            double perSecond = 3 * capacity;
            var options = new OpenLoad.Options((int) (10 * perSecond), perSecond, Duration.ofSeconds(1), DEADLINE);
            var inTime = new GoodputWatch();
            OpenLoad.LoadReport report = new OpenLoad(client, options, answers::request, answers::wrong)
                    .watchedBy(inTime)
                    .run();
            add(ServeFigure.of(Part.OVERLOAD, "capacity, asked by 16 connections", capacity, "1/s"));
            add(ServeFigure.of(Part.OVERLOAD, "asked", perSecond, "1/s"));
            double goodput = inTime.perSecond();
            add(ServeFigure.of(Part.OVERLOAD, "answered rightly within their second", goodput, "1/s"));
            add(ServeFigure.atLeast(0.9, Part.OVERLOAD, "of capacity", goodput / capacity, ""));
            add(ServeFigure.count(Part.OVERLOAD, "refused or late", report.failed() + report.unheard()));
            add(ServeFigure.none(Part.OVERLOAD, "wrong", report.wrong()));
        }
    }

    private void start() throws IOException {
        var seconds = new ArrayList<Double>();
        for (int round = 0; round < ROUNDS; round++) {
            seconds.add(serving.start().toNanos() / 1e6);
        }
        add(ServeFigure.atMost(1_000, Part.START, "replica's start to its first answer", rank(seconds, 0.5), "ms"));
    }
}
