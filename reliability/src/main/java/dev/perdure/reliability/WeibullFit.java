package dev.perdure.reliability;

import java.util.List;
import org.apache.commons.statistics.distribution.ChiSquaredDistribution;

/**
 * The Weibull distribution that makes lifetimes likeliest: {@code P(T > t) = exp(−(t/scale)^shape)}. A shape below 1 means
 * that the young fail more (bad parts), above 1 that the old do (wear), 1 is exponential.
 *
 * <p>Right-censored lifetimes count as alive until then. The shape solves the profile likelihood's equation (Cohen: Maximum
 * likelihood estimation in the Weibull distribution based on complete and on censored samples, Technometrics 7(4), 1965),
 * which has one root.
 *
 * @param shape without unit, > 0
 * @param scale the time by which 63.2 % have failed, > 0, in the lifetimes' unit
 * @param logLikelihood the logarithm of the likelihood of the lifetimes under the fit
 * @param exponential the exponential fit of the same lifetimes
 */
public record WeibullFit(double shape, double scale, double logLikelihood, ExponentialFit exponential) {
    private static final double SHAPE_MIN = 1e-3;
    private static final double SHAPE_MAX = 1e3;
    private static final int HALVINGS = 100;

    /**
     * Fits lifetimes.
     *
     * @throws IllegalArgumentException if there are not two different times among those that failed: the shape would be
     *     infinite
     */
    public static WeibullFit of(List<Lifetime> lifetimes) {
        long different = lifetimes.stream()
                .filter(Lifetime::failed)
                .mapToDouble(Lifetime::time)
                .distinct()
                .count();
        Checks.atLeast("different times to failure", different, 2);
        double longest = lifetimes.stream().mapToDouble(Lifetime::time).max().orElseThrow();
        double shape = shape(lifetimes, longest);
        double failures = Lifetime.failuresIn(lifetimes);
        double mean = lifetimes.stream()
                        .mapToDouble(life -> Math.pow(life.time() / longest, shape))
                        .sum()
                / failures;
        double scale = longest * Math.pow(mean, 1 / shape);
        return new WeibullFit(shape, scale, logLikelihood(lifetimes, shape, scale), ExponentialFit.of(lifetimes));
    }

    /** Halves the logarithm's range; times are relative to the longest, so that no power overflows. */
    private static double shape(List<Lifetime> lifetimes, double longest) {
        double low = Math.log(SHAPE_MIN);
        double high = Math.log(SHAPE_MAX);
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (slope(lifetimes, longest, Math.exp(middle)) > 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return Math.exp((low + high) / 2);
    }

    /** Returns the slope of the profile likelihood over the shape, up to a positive factor; falls from above to below 0. */
    private static double slope(List<Lifetime> lifetimes, double longest, double shape) {
        double powers = 0;
        double powersTimesLogs = 0;
        double logsOfFailed = 0;
        for (Lifetime life : lifetimes) {
            double log = Math.log(life.time() / longest);
            double power = Math.exp(shape * log);
            powers += power;
            powersTimesLogs += power * log;
            logsOfFailed += life.failed() ? log : 0;
        }
        return 1 / shape + logsOfFailed / Lifetime.failuresIn(lifetimes) - powersTimesLogs / powers;
    }

    private static double logLikelihood(List<Lifetime> lifetimes, double shape, double scale) {
        double sum = 0;
        for (Lifetime life : lifetimes) {
            double relative = life.time() / scale;
            sum -= Math.pow(relative, shape);
            sum += life.failed() ? Math.log(shape / scale) + (shape - 1) * Math.log(relative) : 0;
        }
        return sum;
    }

    /** Returns the chance to live longer than this. */
    public double survival(double time) {
        return Math.exp(-Math.pow(Checks.notNegative("time", time) / scale, shape));
    }

    /** Returns the rate of failure at this age, per unit of time. */
    public double hazard(double age) {
        return shape / scale * Math.pow(Checks.positive("age", age) / scale, shape - 1);
    }

    /**
     * Tests whether age matters at all: the likelihood ratio against the exponential fit (Wilks: The large-sample
     * distribution of the likelihood ratio, Ann. Math. Stat. 9, 1938). A small p-value says that it does.
     */
    public TestResult ageMatters() {
        double statistic = Math.max(0, 2 * (logLikelihood - exponential.logLikelihood()));
        return new TestResult(
                "likelihood ratio, Weibull against exponential",
                statistic,
                ChiSquaredDistribution.of(1).survivalProbability(statistic));
    }
}
