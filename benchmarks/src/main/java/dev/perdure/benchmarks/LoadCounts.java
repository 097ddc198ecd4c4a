package dev.perdure.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** Counts what becomes of requests, from many threads. */
final class LoadCounts {
    private static final int EXAMPLES_MAX = 5;

    private long[] nanos = new long[1024];
    private final TreeMap<String, Integer> degraded = new TreeMap<>();
    private final List<String> examples = new ArrayList<>();
    private int ended;
    private int right;
    private int late;
    private int failed;
    private int wrong;

    synchronized void add(Verdict verdict, long took) {
        nanos = ended < nanos.length ? nanos : Arrays.copyOf(nanos, 2 * ended);
        nanos[ended++] = took;
        switch (verdict) {
            case Verdict.Right _ -> right++;
            case Verdict.Late _ -> late++;
            case Verdict.Degraded lower -> degraded.merge(lower.tier(), 1, Integer::sum);
            case Verdict.Failed none -> {
                failed++;
                example(none.why());
            }
            case Verdict.Wrong other -> {
                wrong++;
                example(other.how());
            }
        }
    }

    private void example(String words) {
        if (examples.size() < EXAMPLES_MAX && !examples.contains(words)) {
            examples.add(words);
        }
    }

    synchronized OpenLoad.LoadReport report(Duration took, long unheard) {
        long[] sorted = Arrays.copyOf(nanos, ended);
        Arrays.sort(sorted);
        return new OpenLoad.LoadReport(
                right,
                late,
                degraded,
                failed,
                wrong,
                unheard,
                examples,
                took,
                quantile(sorted, 0.5),
                quantile(sorted, 0.99),
                quantile(sorted, 1));
    }

    private static Duration quantile(long[] sorted, double share) {
        if (sorted.length == 0) {
            return Duration.ZERO;
        }
        int at = (int) Math.min(sorted.length - 1L, (long) Math.ceil(share * sorted.length) - 1);
        return Duration.ofNanos(sorted[Math.max(0, at)]);
    }
}
