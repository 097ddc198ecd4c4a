package dev.perdure.cli;

import java.util.ArrayDeque;
import java.util.OptionalDouble;

/**
 * How much a second, over the last seconds. What happened before {@link #restart} counts nothing: neither the time that a
 * restart took nor the work done before it.
 */
final class MovingRate {
    private static final long APART_NANOS = 50_000_000L;
    private static final long MEANT_NANOS_MIN = 250_000_000L;

    private final long windowNanos;
    private final ArrayDeque<Point> points = new ArrayDeque<>();
    private long nanosLast;
    private double total;

    private record Point(long nanos, double total) {}

    MovingRate(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    /** Starts to measure, with nothing done yet. */
    void restart(long nanos) {
        points.clear();
        total = 0;
        nanosLast = nanos;
        points.add(new Point(nanos, 0));
    }

    void add(long nanos, double amount) {
        total += amount;
        nanosLast = nanos;
        if (points.isEmpty() || nanos - points.getLast().nanos() >= APART_NANOS) {
            points.add(new Point(nanos, total));
        }
        while (points.size() > 2 && nanos - points.getFirst().nanos() > windowNanos) {
            points.removeFirst();
        }
    }

    /** Returns the rate up to the last addition, or nothing while too little is known. */
    OptionalDouble perSecond() {
        if (points.isEmpty()) {
            return OptionalDouble.empty();
        }
        Point first = points.getFirst();
        long nanos = nanosLast - first.nanos();
        return nanos < MEANT_NANOS_MIN
                ? OptionalDouble.empty()
                : OptionalDouble.of((total - first.total()) * 1e9 / nanos);
    }
}
