package dev.perdure.benchmarks;

import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.Outcome;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.IntFunction;

/**
 * Load that does not wait for answers: requests are sent on schedule, however long the ones before take, and a latency counts
 * from when its request was due. So a server that stands still is not asked less for it (no coordinated omission: Tene, How NOT
 * to measure latency, 2013). Every answer is judged.
 */
public final class OpenLoad {
    private final Asker asker;
    private final Options options;
    private final IntFunction<InferRequest> requests;
    private final BiFunction<Integer, InferResponse, Optional<String>> judge;
    private volatile Watcher watcher = (_, _, _, _) -> {};
    private volatile boolean isOver;

    /** Sends a request, and says what became of it. Does not block. */
    public interface Asker {
        CompletableFuture<Outcome> infer(InferRequest request, Deadline deadline);
    }

    /** Hears of every request's end, from many threads, which must not be held up. */
    public interface Watcher {
        /**
         * A request has come to an end.
         *
         * @param dueNanos when it was to be sent, by {@link System#nanoTime}; likewise the end
         */
        void ended(int number, long dueNanos, long endNanos, Verdict verdict);
    }

    /**
     * How much, how fast.
     *
     * @param requests in all, >= 1, unless it is stopped before
     * @param perSecond how many of them are due each second, > 0
     * @param deadline each has so long from when it is sent
     * @param lateAfter an answer that comes so long after its request was due is late
     */
    public record Options(int requests, double perSecond, Duration deadline, Duration lateAfter) {
        public Options {
            if (requests < 1 || !(perSecond > 0)) {
                throw new IllegalArgumentException(
                        "requests: %d, perSecond: %s (expected: >= 1, > 0)".formatted(requests, perSecond));
            }
        }
    }

    /**
     * A load that has not begun.
     *
     * @param requests by number, from 0
     * @param judge says what is wrong with the answer to a request; nothing when it is right
     */
    public OpenLoad(
            OipClient client,
            Options options,
            IntFunction<InferRequest> requests,
            BiFunction<Integer, InferResponse, Optional<String>> judge) {
        this(client::infer, options, requests, judge);
    }

    /** The same, with something between it and clients. */
    public OpenLoad(
            Asker asker,
            Options options,
            IntFunction<InferRequest> requests,
            BiFunction<Integer, InferResponse, Optional<String>> judge) {
        this.asker = asker;
        this.options = options;
        this.requests = requests;
        this.judge = judge;
    }

    /** Has every request's end told. Before it runs. */
    public OpenLoad watchedBy(Watcher hears) {
        watcher = hears;
        return this;
    }

    /** Sends nothing more; what is under way comes to its end. */
    public void stop() {
        isOver = true;
    }

    /** Sends everything, or until it is stopped, and returns when every request has come to an end. */
    public LoadReport run() throws InterruptedException {
        var counts = new LoadCounts();
        var ended = new Semaphore(0);
        long begin = System.nanoTime();
        int sent = 0;
        for (; sent < options.requests() && !isOver; sent++) {
            int number = sent;
            long due = begin + (long) (sent * 1e9 / options.perSecond());
            awaitTime(due);
            var _ = asker.infer(requests.apply(number), Deadline.in(options.deadline()))
                    .thenAccept(outcome -> {
                        long end = System.nanoTime();
                        Verdict verdict = judged(number, outcome, end - due);
                        counts.add(verdict, end - due);
                        watcher.ended(number, due, end, verdict);
                        ended.release();
                    });
        }
        boolean all = ended.tryAcquire(sent, options.deadline().toMillis() + 5_000, TimeUnit.MILLISECONDS);
        return counts.report(Duration.ofNanos(System.nanoTime() - begin), all ? 0 : sent - ended.availablePermits());
    }

    private static void awaitTime(long due) throws InterruptedException {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private Verdict judged(int number, Outcome outcome, long nanos) {
        Verdict verdict = Verdict.of(outcome, response -> judge.apply(number, response));
        boolean isLate = nanos > options.lateAfter().toNanos();
        return verdict instanceof Verdict.Right && isLate ? new Verdict.Late() : verdict;
    }

    /**
     * What became of a load.
     *
     * @param right answered by the model, as it should be, in time
     * @param late the same, but after longer than was allowed
     * @param degraded answered by a lower tier, which said so; by tier
     * @param failed without an answer; some of the reasons
     * @param wrong answered by the model with something else; some of what differed
     * @param unheard requests of which nothing was ever heard
     * @param p50 of the time from when a request was due to its end; likewise the others
     */
    public record LoadReport(
            int right,
            int late,
            SortedMap<String, Integer> degraded,
            int failed,
            int wrong,
            long unheard,
            List<String> examples,
            Duration took,
            Duration p50,
            Duration p99,
            Duration max) {
        public LoadReport {
            degraded = Collections.unmodifiableSortedMap(new TreeMap<>(degraded));
            examples = List.copyOf(examples);
        }

        /** Returns how many requests there were. */
        public long requests() {
            return right + late + degraded.values().stream().mapToInt(n -> n).sum() + failed + wrong + unheard;
        }

        /** Returns whether every request has an answer, and none a wrong one. */
        public boolean isGood() {
            return failed == 0 && wrong == 0 && unheard == 0;
        }

        /** Returns it in one line. */
        @Override
        public String toString() {
            return "%d right, %d late, degraded %s, %d failed, %d wrong, %d unheard in %.1f s; p50 %.1f ms, p99 %.1f ms, slowest %.1f ms%s"
                    .formatted(
                            right,
                            late,
                            degraded,
                            failed,
                            wrong,
                            unheard,
                            took.toNanos() / 1e9,
                            p50.toNanos() / 1e6,
                            p99.toNanos() / 1e6,
                            max.toNanos() / 1e6,
                            examples.isEmpty() ? "" : "; such as " + examples);
        }
    }
}
