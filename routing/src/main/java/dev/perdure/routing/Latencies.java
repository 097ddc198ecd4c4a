package dev.perdure.routing;

import java.util.Arrays;

/** The newest latencies of answers, and their quantiles. Owned by one thread; quantiles are computed once in a while. */
final class Latencies {
    private static final int KEPT = 512;
    private static final int STALE_AFTER = 64;
    private static final int MIN = 32;

    private final long[] newest = new long[KEPT];
    private int seen;
    private int sinceSorted = STALE_AFTER;
    private long[] sorted = new long[0];

    void add(long nanos) {
        newest[seen % KEPT] = nanos;
        seen = seen == Integer.MAX_VALUE - 1 ? KEPT : seen + 1;
        sinceSorted++;
    }

    /** Returns a quantile of those seen lately, or the default while they are few. */
    long quantile(double share, long otherwise) {
        if (seen < MIN) {
            return otherwise;
        }
        if (sinceSorted >= STALE_AFTER) {
            sorted = Arrays.copyOf(newest, Math.min(seen, KEPT));
            Arrays.sort(sorted);
            sinceSorted = 0;
        }
        return sorted[Math.min(sorted.length - 1, (int) (share * sorted.length))];
    }
}
