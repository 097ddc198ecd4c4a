package dev.perdure.benchmarks;

/** Counts right answers from the second second of a load on: the first is its beginning, which is not what it can bear. */
final class GoodputWatch implements OpenLoad.Watcher {
    private static final long SECOND = 1_000_000_000L;

    private long beginNanos;
    private long lastDueNanos;
    private long right;
    private boolean hasBegun;

    @Override
    public synchronized void ended(int number, long dueNanos, long endNanos, Verdict verdict) {
        if (!hasBegun || dueNanos - beginNanos < 0) {
            beginNanos = dueNanos;
            hasBegun = true;
        }
        lastDueNanos = Math.max(lastDueNanos, dueNanos);
        if (verdict instanceof Verdict.Right && dueNanos - beginNanos >= SECOND) {
            right++;
        }
    }

    /** Returns right answers for each second of the load after its first. */
    synchronized double perSecond() {
        return right * 1e9 / Math.max(1, lastDueNanos - beginNanos - SECOND);
    }
}
