package dev.perdure.reliability;

import org.apache.commons.numbers.gamma.LogGamma;
import org.apache.commons.statistics.distribution.GammaDistribution;

/**
 * A p-value for "events come no more often than this" that stays valid however often one looks and whenever one stops.
 *
 * <p>The likelihood of what was seen, averaged over the rates above the limit with Gamma weights, over its likelihood at the
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
    /** The weights' shape: rates of a few times the limit count most. */
    private static final double SHAPE = 1;

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

    /** In units where the limit is 1; the weights are Gamma(SHAPE, 1/SHAPE) cut off below the limit. */
    private double logRatio(long seen, double looked) {
        double t = looked * limit;
        double shape = SHAPE + seen;
        double rate = SHAPE + t;
        double norm = SHAPE * Math.log(SHAPE) - LogGamma.value(SHAPE);
        double whole = norm + LogGamma.value(shape) - shape * Math.log(rate) + t;
        double above = GammaDistribution.of(shape, 1 / rate).survivalProbability(1);
        double aboveBefore = GammaDistribution.of(SHAPE, 1 / SHAPE).survivalProbability(1);
        return whole + Math.log(above) - Math.log(aboveBefore);
    }

    /** Returns whether the rate is called exceeded, with this chance of a false alarm in the whole run. */
    public boolean rejectsAt(double alpha) {
        return pValue <= Checks.share("alpha", alpha, false);
    }
}
