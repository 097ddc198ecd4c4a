package dev.perdure.reliability;

import java.util.List;

/**
 * How long something was seen to live.
 *
 * @param time until it failed, or until one stopped looking, > 0, in any unit
 * @param failed false if it was still alive then (right-censored)
 */
public record Lifetime(double time, boolean failed) {
    public Lifetime {
        Checks.positive("time", time);
    }

    static long failuresIn(List<Lifetime> lifetimes) {
        return lifetimes.stream().filter(Lifetime::failed).count();
    }

    static double timeIn(List<Lifetime> lifetimes) {
        return lifetimes.stream().mapToDouble(Lifetime::time).sum();
    }
}
