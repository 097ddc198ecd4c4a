package dev.perdure.reliability;

import java.util.List;
import java.util.Optional;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The mean of what was measured several times, and how far the true one may be from it: right for independent values from a
 * normal distribution.
 *
 * <p>Figures of the folds of a cross-validation are not independent, as the folds share training samples, and no estimate of
 * their variance is unbiased (Bengio, Grandvalet: No unbiased estimator of the variance of k-fold cross-validation, JMLR 5,
 * 2004): of them the interval is too narrow.
 *
 * @param mean of the measurements
 * @param deviation their standard deviation, 0 for a single one
 * @param count how many there are, >= 1
 */
public record MeanEstimate(double mean, double deviation, int count) {
    public MeanEstimate {
        Checks.finite("mean", mean);
        Checks.notNegative("deviation", deviation);
        Checks.atLeast("count", count, 1);
    }

    /** Returns the estimate from measurements; nothing when there are none. */
    public static Optional<MeanEstimate> of(List<Double> values) {
        int n = values.size();
        if (n == 0) {
            return Optional.empty();
        }
        double mean = values.stream().mapToDouble(v -> v).sum() / n;
        double squares =
                values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
        return Optional.of(new MeanEstimate(mean, n == 1 ? 0 : Math.sqrt(squares / (n - 1)), n));
    }

    /**
     * Returns where the true mean is, by Student's t (The probable error of a mean, Biometrika 6, 1908); only roughly for few
     * measurements that are far from normal. For times: never below 0. Nothing for a single measurement.
     */
    public Optional<Interval> interval(double level) {
        double side = (1 - Checks.share("level", level, false)) / 2;
        if (count == 1) {
            return Optional.empty();
        }
        double half = TDistribution.of(count - 1.0).inverseSurvivalProbability(side) * deviation / Math.sqrt(count);
        return Optional.of(new Interval(mean >= 0 ? Math.max(0, mean - half) : mean - half, mean + half, level));
    }

    /** Returns where the mean comes from, in words. */
    String formula() {
        return count == 1 ? "a single number" : "mean of %d; Student's t (1908)".formatted(count);
    }
}
