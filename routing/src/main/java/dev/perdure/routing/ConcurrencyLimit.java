package dev.perdure.routing;

/**
 * How many requests may be under way at once, found from how long they take: a value that takes latencies. By Little's law
 * more requests than a fleet computes at once only wait there; when the mean latency of a window rises above
 * {@code tolerance} times that of an unloaded fleet the limit falls in proportion, else it grows by its root (the gradient
 * of latencies as in TCP Vegas: Brakmo, Peterson: TCP Vegas, IEEE JSAC 13(8), 1995, with the tolerance and the growth of
 * Netflix's concurrency-limits, 2018). It settles where the fleet is busy and a request waits there about as long as it
 * is computed. Requests that are not answered in time lower it at once, whatever the latencies.
 *
 * <p>The unloaded latency is the least window mean seen. It would be forgotten under lasting load, so it is let grow by
 * 1 % a window, and every {@value #WINDOWS_TO_LOOK} windows the limit is halved for one, to see it anew.
 *
 * @param limit the limit now
 * @param unloadedNanos latency without waiting, 0 while unknown
 * @param sumNanos of latencies in this window
 * @param count of them
 * @param busiest most requests under way in this window
 * @param windows since the last halving
 * @param before the limit before the halving under way, 0 if there is none
 */
public record ConcurrencyLimit(
        Options options,
        double limit,
        double unloadedNanos,
        double sumNanos,
        int count,
        int busiest,
        int windows,
        double before) {
    static final int WINDOWS_TO_LOOK = 20;
    private static final double FORGET = 1.01;
    private static final double SMOOTH = 0.3;
    private static final double FALL_MOST = 0.5;
    private static final int WINDOW_MIN = 16;
    private static final double FALL_OF_LATE = 0.5;

    /**
     * Settings.
     *
     * @param first limit before anything was seen, within the others
     * @param min never less, >= 1
     * @param max never more, >= min
     * @param tolerance latency over the unloaded one that is taken for chance, >= 1
     */
    public record Options(int first, int min, int max, double tolerance) {
        public Options {
            Checks.atLeast("min", min, 1);
            Checks.atLeast("first", first, min);
            Checks.atLeast("max", max, first);
            Checks.atLeast("tolerance", tolerance, 1);
        }

        /** Returns the usual: 16 at first, 2 to 4,096. */
        public static Options usual() {
            return new Options(16, 2, 4_096, 1.5);
        }
    }

    /** Returns a limit that has seen nothing. */
    public static ConcurrencyLimit of(Options options) {
        return new ConcurrencyLimit(options, options.first(), 0, 0, 0, 0, 0, 0);
    }

    /** Returns how many requests may be under way. */
    public int value() {
        return (int) limit;
    }

    /**
     * Takes the latency of a request that was answered.
     *
     * @param underWay requests under way when it was, itself included
     */
    public ConcurrencyLimit after(long latencyNanos, int underWay) {
        var more = new ConcurrencyLimit(
                options,
                limit,
                unloadedNanos,
                sumNanos + Math.max(1, latencyNanos),
                count + 1,
                Math.max(busiest, underWay),
                windows,
                before);
        return more.count >= Math.max(WINDOW_MIN, limit) ? more.closed() : more;
    }

    /** Takes that a request was not answered in time; as many of them as are under way halve the limit. */
    public ConcurrencyLimit late() {
        double less = Math.max(options.min(), limit - FALL_OF_LATE);
        return new ConcurrencyLimit(options, less, unloadedNanos, sumNanos, count, busiest, windows, before);
    }

    private ConcurrencyLimit closed() {
        double mean = sumNanos / count;
        double unloaded = unloadedNanos == 0 ? mean : Math.min(mean, unloadedNanos * FORGET);
        if (before > 0) { // the halved window has shown what latency is without waiting
            return next(before, mean < unloaded * options.tolerance() ? mean : unloaded, 0, 0);
        }
        if (windows >= WINDOWS_TO_LOOK && busiest >= value()) {
            return next(Math.max(options.min(), limit / 2), unloaded, 0, limit);
        }
        return next(busiest * 2 < limit ? limit : moved(mean, unloaded), unloaded, windows + 1, 0);
    }

    private double moved(double mean, double unloaded) {
        double gradient = Math.clamp(options.tolerance() * unloaded / mean, FALL_MOST, 1);
        double wanted = limit * gradient + Math.sqrt(limit);
        return Math.clamp((1 - SMOOTH) * limit + SMOOTH * wanted, options.min(), options.max());
    }

    private ConcurrencyLimit next(double newLimit, double unloaded, int newWindows, double newBefore) {
        return new ConcurrencyLimit(options, newLimit, unloaded, 0, 0, 0, newWindows, newBefore);
    }
}
