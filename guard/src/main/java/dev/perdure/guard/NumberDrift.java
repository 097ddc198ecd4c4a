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
record NumberDrift(String feature, QuantileSketch reference, Cells cells, double[] points, int missing, int samples) {
    private static final int BINS = 10;

    /** @param magnitude of the values that preprocessing went through */
    static NumberDrift of(
            String feature, QuantileSketch reference, double magnitude, double missingRate, long samples) {
        int cases = (int) Math.min(samples, Integer.MAX_VALUE / 2);
        Cells cells = Cells.of(reference, magnitude);
        return new NumberDrift(
                feature, reference, cells, points(reference, cells), (int) Math.round(missingRate * cases), cases);
    }

    /** All that a small sketch holds; of a greater one as many at even distances of rank. */
    private static double[] points(QuantileSketch sketch, Cells cells) {
        int count = (int) Math.min(sketch.count(), QuantileSketch.K);
        double[] points = new double[count];
        for (int i = 0; i < count; i++) {
            points[i] = cells.middle(sketch.quantile((i + 0.5) / count));
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
        double[] now = points(seen, cells);
        double rough = rough(reference) + rough(seen);
        double distance = Math.max(0, DistributionTests.distance(points, now) - rough);
        TestResult result = DistributionTests.kolmogorovSmirnov(distance, reference.count(), seen.count());
        return new Evidence(
                feature,
                result.test(),
                result.statistic(),
                result.pValue(),
                level,
                stability(now),
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
    private double stability(double[] now) {
        double[] sharesBefore = new double[BINS];
        double[] sharesNow = new double[BINS];
        int before = 0;
        int after = 0;
        for (int i = 0; i < BINS; i++) {
            double edge = points[Math.max(0, (i + 1) * points.length / BINS - 1)];
            int nextBefore = i == BINS - 1 ? points.length : notAbove(points, edge);
            int nextAfter = i == BINS - 1 ? now.length : notAbove(now, edge);
            sharesBefore[i] = Math.max((double) nextBefore - before, 0.5) / points.length;
            sharesNow[i] = Math.max((double) nextAfter - after, 0.5) / now.length;
            before = nextBefore;
            after = nextAfter;
        }
        return DistributionTests.stabilityIndex(sharesBefore, sharesNow);
    }

    private static int notAbove(double[] sorted, double value) {
        int count = 0;
        while (count < sorted.length && sorted[count] <= value) {
            count++;
        }
        return count;
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
