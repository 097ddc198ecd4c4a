package dev.perdure.routing;

/**
 * How many requests a second are done at best, found while some always wait, since otherwise it is only as many as are
 * asked: the highest of windows of half a second, which is forgotten by a factor of e in ten seconds of such windows. A
 * fleet that is being replaced so keeps its measure for a while, and one that has become slower loses it.
 *
 * @param bestNanos of time for each request at best; 0 while unknown
 * @param since when the window began; -1 while none waits
 * @param count requests done in it
 */
record Throughput(double bestNanos, long since, int count) {
    private static final long WINDOW = 500_000_000;
    private static final int COUNT_MIN = 16;
    private static final long WINDOW_MAX = 4 * WINDOW;
    private static final double TAU_NANOS = 10e9;

    /** Nothing seen. */
    static final Throughput NONE = new Throughput(0, -1, 0);

    /** Takes that somebody waits now. */
    Throughput waiting(long now) {
        return since >= 0 ? this : new Throughput(bestNanos, now, 0);
    }

    /** Takes that nobody waits. */
    Throughput idle() {
        return since < 0 ? this : new Throughput(bestNanos, -1, 0);
    }

    /** Takes that a request is done, and others wait. */
    Throughput done(long now) {
        if (since < 0) {
            return new Throughput(bestNanos, now, 0);
        }
        var more = new Throughput(bestNanos, since, count + 1);
        long took = now - since;
        boolean isOver = (took >= WINDOW && more.count >= COUNT_MIN) || took >= WINDOW_MAX;
        return isOver ? more.closed(now) : more;
    }

    private Throughput closed(long now) {
        double each = (double) (now - since) / count;
        double kept = bestNanos * Math.exp(Math.min(now - since, WINDOW_MAX) / TAU_NANOS);
        return new Throughput(bestNanos == 0 ? each : Math.min(each, kept), now, 0);
    }

    /** Returns how long so many requests take at best; 0 while unknown. */
    long nanosFor(long requests) {
        return (long) (requests * bestNanos);
    }

    /** Returns how many are done in so long at best; very many while that is unknown. */
    long doneIn(long nanos) {
        return bestNanos == 0 ? Integer.MAX_VALUE : (long) (nanos / bestNanos);
    }
}
