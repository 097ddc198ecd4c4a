package dev.perdure.reliability;

import org.apache.commons.statistics.distribution.PoissonDistribution;

/**
 * A p-value for "events come no more often than this" that stays valid however often one looks and whenever one stops.
 *
 * <p>The likelihood of what was seen, averaged over the rates above the limit with exponential weights, over its likelihood at the
 * limit is a supermartingale when the rate is the limit or less, so by Ville's inequality its maximum passes {@code 1/alpha}
 * with probability at most {@code alpha}; the p-value is one over that maximum (Robbins: Statistical methods related to the
 * law of the iterated logarithm, Ann. Math. Stat. 41(5), 1970; Johari, Koomen, Pekelis, Walsh: Always valid inference,
 * Operations Research 70(3), 2022). Unlike {@link SequentialRateTest} it needs no faulty rate, and never begins anew:
 * {@code alpha} is for the whole run.
 *
 * @param limit the rate to be exceeded, in events in a unit of time, > 0
 * @param events seen so far
 * @param time looked so far, in the same unit
 * @param pValue the smallest so far: 1 at the begin
 */
public record AlwaysValidRateTest(double limit, long events, double time, double pValue) {
    public AlwaysValidRateTest {
        Checks.positive("limit", limit);
        Checks.atLeast("events", events, 0);
        Checks.notNegative("time", time);
        Checks.share("pValue", pValue, true);
    }

    /** Returns a test that has seen nothing. */
    public static AlwaysValidRateTest of(double limit) {
        return new AlwaysValidRateTest(limit, 0, 0, 1);
    }

    /** Returns the test with more events, >= 0, seen in more time, >= 0. */
    public AlwaysValidRateTest after(long moreEvents, double moreTime) {
        long seen = events + Checks.atLeast("moreEvents", moreEvents, 0);
        double looked = time + Checks.notNegative("moreTime", moreTime);
        double p = Math.min(1, Math.exp(-logRatio(seen, looked)));
        return new AlwaysValidRateTest(limit, seen, looked, Math.min(pValue, p));
    }

    /**
     * With time in units of 1/limit and weights that are exponential with mean 1, cut off below the limit, the average comes to
     * {@code P(X <= n) / ((t + 1) P(X = n))} for X Poisson with mean {@code t + 1}.
     */
    private double logRatio(long seen, double looked) {
        double mean = looked * limit + 1;
        int count = Math.toIntExact(seen);
        var poisson = PoissonDistribution.of(mean);
        return Math.log(poisson.cumulativeProbability(count)) - Math.log(mean) - poisson.logProbability(count);
    }

    /** Returns whether the rate is called exceeded, with this chance of a false alarm in the whole run. */
    public boolean rejectsAt(double alpha) {
        return pValue <= Checks.share("alpha", alpha, false);
    }
}
