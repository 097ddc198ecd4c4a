package dev.perdure.reliability;

import org.apache.commons.statistics.distribution.PoissonDistribution;
import org.apache.commons.statistics.inference.BinomialTest;
import org.apache.commons.statistics.inference.ChiSquareTest;
import org.apache.commons.statistics.inference.DataDispersion;
import org.apache.commons.statistics.inference.TTest;

/**
 * Tests for one look at data that are complete. Whoever looks again and again must correct for it ({@link AlphaSpending}),
 * or use a test made for it ({@link SequentialRateTest}, {@link AlwaysValidRateTest}).
 *
 * <p>False alarms: a result is at or below {@code alpha} with at most that probability when the hypothesis is true (for
 * chi-square and t asymptotically).
 */
public final class HypothesisTests {
    private HypothesisTests() {}

    /**
     * Tests whether counts come from these shares (Pearson's chi-square, 1900; k − 1 degrees of freedom). Every expected
     * count should be 5 or more.
     *
     * @param observed counts, at least two
     * @param shares what is expected of each, > 0; they need not sum to 1
     */
    public static TestResult chiSquare(long[] observed, double[] shares) {
        var result = ChiSquareTest.withDefaults().test(shares, observed);
        return new TestResult("chi-square", result.getStatistic(), result.getPValue());
    }

    /**
     * Tests whether the rows of a table of counts have the same shares (chi-square of homogeneity).
     *
     * @param table rows by columns, at least two of each, no row or column all zero
     */
    public static TestResult chiSquareOfRows(long[][] table) {
        var result = ChiSquareTest.withDefaults().test(table);
        return new TestResult("chi-square of rows", result.getStatistic(), result.getPValue());
    }

    /**
     * Tests whether two samples have the same mean, their variances being what they are (Welch: The generalization of
     * "Student's" problem when several different population variances are involved, Biometrika 34, 1947). Two-sided.
     *
     * @param a at least two values
     * @param b at least two values
     */
    public static TestResult welch(double[] a, double[] b) {
        var result = TTest.withDefaults().with(DataDispersion.HETEROSCEDASTIC).test(a, b);
        return new TestResult("Welch's t", result.getStatistic(), result.getPValue());
    }

    /**
     * Tests whether failures come no more often than this rate (exact Poisson test, one-sided).
     *
     * @param rate per the count's unit of time, > 0
     */
    public static TestResult noMoreThan(FailureCount count, double rate) {
        double mean = Checks.positive("rate", rate) * count.time();
        double pValue =
                count.failures() == 0 ? 1 : PoissonDistribution.of(mean).survivalProbability(count.failures() - 1);
        return new TestResult("Poisson, more than the rate", count.failures(), pValue);
    }

    /**
     * Tests whether two counts have the same rate (exact conditional test of Przyborowski and Wilenski, 1940, two-sided).
     * With no failure at all the p-value is 1.
     */
    public static TestResult sameRate(FailureCount a, FailureCount b) {
        int n = a.failures() + b.failures();
        double share = a.time() / (a.time() + b.time());
        double pValue = n == 0
                ? 1
                : Math.min(
                        1,
                        BinomialTest.withDefaults().test(n, a.failures(), share).getPValue());
        return new TestResult("two Poisson rates", a.failures(), pValue);
    }
}
