package dev.perdure.reliability;

import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * How often something fails: given for certain, counted, or, while nothing was counted, believed.
 *
 * @param perSecond the best single number
 * @param interval where the true one is; absent when it is given
 * @param formula what made it
 * @param posterior what is believed of it; nothing when it is given
 * @param assumed whether it rests on the prior
 */
record RateEstimate(
        double perSecond,
        @Nullable Interval interval,
        String formula,
        Optional<FailureRate> posterior,
        boolean assumed) {
    /** Jeffreys' prior of a Poisson rate is worth half a failure in no time. */
    private static final double HALF = 0.5;

    static RateEstimate of(int failures, double seconds, OptionalDouble given, double level) {
        if (given.isPresent()) {
            return new RateEstimate(given.getAsDouble(), null, "given", Optional.empty(), false);
        }
        if (failures > 0 && seconds > 0) {
            var count = new FailureCount(failures, seconds);
            return new RateEstimate(
                    count.rate(),
                    count.interval(level),
                    "failures / time; exact Poisson interval (Garwood 1936)",
                    Optional.of(new FailureRate(failures + HALF, seconds)),
                    false);
        }
        FailureRate believed = FailureRate.prior().after(seconds, failures);
        return new RateEstimate(
                believed.perSecond(),
                believed.credible(level),
                "Gamma posterior of the prior, 1 failure in 24 h",
                Optional.of(believed),
                true);
    }

    double meanSecondsBetween() {
        return 1 / perSecond;
    }

    /** Returns the chance of so many failures or more among so many workers, if the rate is what the estimate says. */
    double chanceAtRate(int count, double seconds) {
        return new PoissonProcess(perSecond).chanceOfAtLeast(count, seconds);
    }
}
