package dev.perdure.routing;

/**
 * A latency that rises at once and falls slowly: a value above the average replaces it, a value below moves it by the share
 * {@code 1 − e^(−Δt/τ)} (the load metric of Finagle's balancer, Twitter 2014). A replica that turned slow is so avoided
 * after one answer, and trusted again only in time.
 *
 * @param nanos the average; 0 while nothing was seen
 * @param at when the last value came
 */
public record PeakEwma(double nanos, long at) {
    private static final double TAU_NANOS = 2e9;

    /** Nothing seen yet. */
    public static final PeakEwma NONE = new PeakEwma(0, 0);

    public PeakEwma {
        Checks.atLeast("nanos", nanos, 0);
    }

    /** Returns the average after one more latency, >= 0. */
    public PeakEwma after(long latencyNanos, long now) {
        if (latencyNanos >= nanos || nanos == 0) {
            return new PeakEwma(latencyNanos, now);
        }
        double kept = Math.exp(-Math.max(0, now - at) / TAU_NANOS);
        return new PeakEwma(kept * nanos + (1 - kept) * latencyNanos, Math.max(at, now));
    }
}
