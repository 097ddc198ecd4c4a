package dev.perdure.benchmarks;

import dev.perdure.oip.Deadline;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.OipClient;
import dev.perdure.oip.Outcome;
import dev.perdure.oip.Parameter;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
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
    private static final String TIER = "perdure_tier";
    private static final String TIER_MODEL = "model";

    private final OipClient client;
    private final Options options;
    private final IntFunction<InferRequest> requests;
    private final BiFunction<Integer, InferResponse, Optional<String>> judge;

    /**
     * How much, how fast.
     *
     * @param requests in all, >= 1
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
        this.client = client;
        this.options = options;
        this.requests = requests;
        this.judge = judge;
    }

    /** Sends everything, and returns when every request has come to an end. */
    public LoadReport run() throws InterruptedException {
        var counts = new LoadCounts(options.requests());
        var open = new CountDownLatch(options.requests());
        long begin = System.nanoTime();
        for (int i = 0; i < options.requests(); i++) {
            int number = i;
            long due = begin + (long) (i * 1e9 / options.perSecond());
            awaitTime(due);
            var _ = client.infer(requests.apply(i), Deadline.in(options.deadline()))
                    .thenAccept(outcome -> {
                        counts.add(judged(number, outcome, System.nanoTime() - due), System.nanoTime() - due);
                        open.countDown();
                    });
        }
        boolean all = open.await(options.deadline().toMillis() + 5_000, TimeUnit.MILLISECONDS);
        return counts.report(Duration.ofNanos(System.nanoTime() - begin), all ? 0 : open.getCount());
    }

    private static void awaitTime(long due) throws InterruptedException {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    private LoadCounts.Verdict judged(int number, Outcome outcome, long nanos) {
        return switch (outcome) {
            case Outcome.Answered answered -> judged(number, answered.response(), nanos);
            case Outcome.Refused refused ->
                new LoadCounts.Verdict.Failed(refused.why().reason());
            case Outcome.NotSent notSent -> new LoadCounts.Verdict.Failed("not sent: " + notSent.why());
            case Outcome.NoAnswer lost -> new LoadCounts.Verdict.Failed("no answer: " + lost.why());
            case Outcome.Late _ -> new LoadCounts.Verdict.Failed("no answer before the deadline");
            case Outcome.Cancelled _ -> new LoadCounts.Verdict.Failed("cancelled");
        };
    }

    private LoadCounts.Verdict judged(int number, InferResponse response, long nanos) {
        String tier = response.parameters().get(TIER) instanceof Parameter.Text(String text) ? text : TIER_MODEL;
        if (!tier.equals(TIER_MODEL)) {
            return new LoadCounts.Verdict.Degraded(tier);
        }
        Optional<String> wrong = judge.apply(number, response);
        if (wrong.isPresent()) {
            return new LoadCounts.Verdict.Wrong(wrong.get());
        }
        return nanos > options.lateAfter().toNanos() ? new LoadCounts.Verdict.Late() : new LoadCounts.Verdict.Right();
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
