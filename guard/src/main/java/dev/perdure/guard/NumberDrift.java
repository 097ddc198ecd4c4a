package dev.perdure.guard;

import dev.perdure.guard.DriftReport.Evidence;
import dev.perdure.model.QuantileSketch;
import dev.perdure.reliability.DistributionTests;
import dev.perdure.reliability.TestResult;

/**
 * Compares a number's distribution with the reference.
 *
 * @param missing of {@code samples} of the reference
 */
record NumberDrift(String feature, QuantileSketch reference, double[] points, int missing, int samples) {
    private static final int BINS = 10;

    static NumberDrift of(String feature, QuantileSketch reference, double missingRate, long samples) {
        int cases = (int) Math.min(samples, Integer.MAX_VALUE / 2);
        return new NumberDrift(feature, reference, points(reference), (int) Math.round(missingRate * cases), cases);
    }

    /** All that a small sketch holds; of a greater one as many at even distances of rank. */
    private static double[] points(QuantileSketch sketch) {
        int count = (int) Math.min(sketch.count(), QuantileSketch.K);
        double[] points = new double[count];
        for (int i = 0; i < count; i++) {
            points[i] = sketch.quantile((i + 0.5) / count);
        }
        return points;
    }

    /** A window in which every value is missing says so by the other test. */
    Evidence distribution(DriftWindow window, int number, double level) {
        QuantileSketch.Builder values = window.sketch(number);
        if (values.count() == 0) {
            return new Evidence(feature, "Kolmogorov-Smirnov", 0, 1, level, Double.NaN, "no value in the window");
        }
        QuantileSketch seen = values.build();
        double[] now = points(seen);
        double rough = rough(reference) + rough(seen);
        double distance = Math.max(0, DistributionTests.distance(points, now) - rough);
        TestResult result = DistributionTests.kolmogorovSmirnov(distance, reference.count(), seen.count());
        return new Evidence(
                feature,
                result.test(),
                result.statistic(),
                result.pValue(),
                level,
                stability(seen),
                "median %.4g, 5 %% to 95 %% %.4g to %.4g (in training %.4g, %.4g to %.4g)"
                        .formatted(
                                seen.quantile(0.5),
                                seen.quantile(0.05),
                                seen.quantile(0.95),
                                reference.quantile(0.5),
                                reference.quantile(0.05),
                                reference.quantile(0.95)));
    }

    /** What a sketch that is no longer exact may be wrong by is not held against the data. */
    private static double rough(QuantileSketch sketch) {
        return sketch.count() <= QuantileSketch.K ? 0 : sketch.rankError() + 0.5 / QuantileSketch.K;
    }

    /** Over ten parts of equally many training values; what is empty counts as half a sample. */
    private double stability(QuantileSketch seen) {
        double[] before = new double[BINS];
        double[] now = new double[BINS];
        double rankBefore = 0;
        double rankNow = 0;
        for (int i = 0; i < BINS; i++) {
            double edge = reference.quantile((i + 1.0) / BINS);
            double nextBefore = i == BINS - 1 ? 1 : reference.rank(edge);
            double nextNow = i == BINS - 1 ? 1 : seen.rank(edge);
            before[i] = Math.max(nextBefore - rankBefore, 0.5 / reference.count());
            now[i] = Math.max(nextNow - rankNow, 0.5 / seen.count());
            rankBefore = nextBefore;
            rankNow = nextNow;
        }
        return DistributionTests.stabilityIndex(before, now);
    }

    Evidence missing(DriftWindow window, int number, double level) {
        int now = window.missing(number);
        TestResult result = DistributionTests.sameShare(missing, samples, now, window.samples());
        return new Evidence(
                feature,
                result.test(),
                result.statistic(),
                result.pValue(),
                level,
                Double.NaN,
                "missing in %d of %d (in training %d of %d)".formatted(now, window.samples(), missing, samples));
    }
}
