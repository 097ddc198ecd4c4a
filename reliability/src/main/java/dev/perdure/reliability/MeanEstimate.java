package dev.perdure.reliability;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The mean of a few measurements, and how well it is known: Student's t interval (Student: The probable error of a mean,
 * Biometrika 6, 1908), right for independent values from a normal distribution.
 *
 * <p>Figures of the folds of a cross-validation are not independent, as the folds share training samples, and no estimate of
 * their variance is unbiased (Bengio, Grandvalet: No unbiased estimator of the variance of k-fold cross-validation, JMLR 5,
 * 2004): of them the interval is too narrow.
 *
 * @param count how many measurements
 * @param deviation the standard deviation of one, with n − 1; NaN of a single one
 * @param interval of the mean; all numbers, for a single measurement
 */
public record MeanEstimate(int count, double mean, double deviation, Interval interval) {

    /**
     * Estimates.
     *
     * @param values at least one, finite
     * @param level the confidence, between 0 and 1
     */
    public static MeanEstimate of(double[] values, double level) {
        int n = Checks.atLeast("values", values.length, 1);
        for (double value : values) {
            Checks.finite("value", value);
        }
        double mean = Arrays.stream(values).sum() / n;
        if (n == 1) {
            var all = new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, level);
            return new MeanEstimate(n, mean, Double.NaN, all);
        }
        double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
        double deviation = Math.sqrt(squares / (n - 1));
        double t = TDistribution.of(n - 1).inverseSurvivalProbability((1 - Checks.share("level", level, false)) / 2);
        double half = t * deviation / Math.sqrt(n);
        return new MeanEstimate(n, mean, deviation, new Interval(mean - half, mean + half, level));
    }
}
