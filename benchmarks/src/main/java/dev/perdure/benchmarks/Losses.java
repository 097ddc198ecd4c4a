package dev.perdure.benchmarks;

import dev.perdure.benchmarks.Serving.Served;
import dev.perdure.oip.OipClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/** Replicas that are harmed one after the other, under a load that does not wait, and how long it took to notice and to replace. */
final class Losses {
    private static final double PER_SECOND = 200;
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration CALM = Duration.ofSeconds(2);
    private static final Duration REPLACED_WITHIN = Duration.ofSeconds(20);
    private static final Duration AFTERMATH = Duration.ofSeconds(4);
    private static final int WARM_UP = 800;
    private static final int REQUESTS_MAX = 100_000;
    private static final long POLL_NANOS = 1_000_000;

    private final Served gateway;
    private final KnownAnswers known;
    private final int times;
    private final Consumer<ProcessHandle> harm;
    private final LossWatch watch = new LossWatch();
    private final List<Long> moments = new ArrayList<>();
    private final List<Double> out = new ArrayList<>();
    private final List<Double> replaced = new ArrayList<>();

    Losses(Served gateway, KnownAnswers known, int times, Consumer<ProcessHandle> harm) {
        this.gateway = gateway;
        this.known = known;
        this.times = times;
        this.harm = harm;
    }

    OpenLoad.LoadReport run() throws InterruptedException {
        gateway.hear(watch::told);
        try (var client = new OipClient(gateway.address())) {
            load(client, WARM_UP).run();
            OpenLoad load = load(client, REQUESTS_MAX).watchedBy(watch);
            CompletableFuture<Void> harmed = CompletableFuture.runAsync(
                    () -> {
                        try {
                            for (int i = 0; i < times; ) {
                                i += harmOne() ? 1 : 0;
                            }
                            await(CALM, () -> false);
                        } finally {
                            load.stop();
                        }
                    },
                    task -> Thread.ofVirtual().name("harm").start(task));
            OpenLoad.LoadReport report = load.run();
            harmed.join();
            return report;
        }
    }

    private OpenLoad load(OipClient client, int requests) {
        return new OpenLoad(
                client, new OpenLoad.Options(requests, PER_SECOND, DEADLINE, DEADLINE), known::request, known::wrong);
    }

    /** Returns whether it was one in use, and not one that stood by. */
    private boolean harmOne() {
        if (!await(REPLACED_WITHIN, gateway::isComplete)) {
            throw new IllegalStateException("not all replicas were there again within " + REPLACED_WITHIN);
        }
        await(CALM, () -> false);
        ProcessHandle victim = gateway.replicas().getFirst();
        long at = System.nanoTime();
        moments.add(at);
        harm.accept(victim);
        double outAfter = told(at, watch::outMillis);
        boolean isOver = await(
                REPLACED_WITHIN, () -> watch.replacedMillis(at).isPresent() || (isLongAgo(at) && gateway.isComplete()));
        if (isOver && watch.replacedMillis(at).isEmpty()) {
            moments.removeLast();
            return false;
        }
        out.add(outAfter);
        replaced.add(told(at, watch::replacedMillis));
        return true;
    }

    /** Returns whether a replica that is out is known to be missing by now. */
    private static boolean isLongAgo(long nanos) {
        return System.nanoTime() - nanos > CALM.toNanos() / 2;
    }

    private static double told(long since, LongFunction<OptionalDouble> what) {
        if (!await(REPLACED_WITHIN, () -> what.apply(since).isPresent())) {
            throw new IllegalStateException("nothing was told of a replica that was harmed within " + REPLACED_WITHIN);
        }
        return what.apply(since).orElseThrow();
    }

    private static boolean await(Duration within, BooleanSupplier what) {
        long end = System.nanoTime() + within.toNanos();
        while (!what.getAsBoolean() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        return what.getAsBoolean();
    }

    /** Returns how long it took until each was out, in milliseconds. */
    Samples out() {
        return of(out);
    }

    /** Returns how long it took until another was in use. */
    Samples replaced() {
        return of(replaced);
    }

    /** Returns how long requests took that were due in the second after. */
    Samples after() {
        return of(watch.inTheSecondAfter(moments));
    }

    /** Returns how long requests took while nothing happened. */
    Samples steady() {
        return of(watch.steady(moments, AFTERMATH));
    }

    private static Samples of(List<Double> values) {
        return new Samples(values.stream().mapToDouble(v -> v).toArray());
    }
}
