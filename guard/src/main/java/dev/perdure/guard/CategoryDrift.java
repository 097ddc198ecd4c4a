package dev.perdure.guard;

import dev.perdure.guard.DriftReport.Evidence;
import dev.perdure.model.GuardProfile.Feature;
import dev.perdure.reliability.DistributionTests;
import dev.perdure.reliability.HypothesisTests;
import dev.perdure.reliability.TestResult;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares how often categories occur with the reference.
 *
 * @param counts in training, the last of them of none of the categories
 * @param names as many
 */
record CategoryDrift(String feature, List<String> names, long[] counts) {
    private static final double EXPECTED_MIN = 5;

    static CategoryDrift of(Feature.Categorical categorical, List<String> categories, long samples) {
        long[] counts = new long[categories.size() + 1];
        for (int i = 0; i < categories.size(); i++) {
            counts[i] = categorical.counts().getOrDefault(categories.get(i), 0L);
        }
        counts[categories.size()] = Math.round(categorical.missingRate() * samples);
        List<String> names = new ArrayList<>(categories);
        names.add("none of them");
        return new CategoryDrift(categorical.name(), names, counts);
    }

    /** Categories of which fewer than five are expected are taken together, as the test needs. */
    Evidence compare(DriftWindow window, int categorical, double level) {
        int[] now = window.counts(categorical);
        long before = 0;
        for (long count : counts) {
            before += count;
        }
        double share = (double) window.samples() / (before + window.samples());
        List<long[]> cells = new ArrayList<>();
        long[] rare = new long[2];
        for (int i = 0; i < counts.length; i++) {
            if (share * (counts[i] + now[i]) >= EXPECTED_MIN) {
                cells.add(new long[] {counts[i], now[i]});
            } else {
                rare[0] += counts[i];
                rare[1] += now[i];
            }
        }
        if (share * (rare[0] + rare[1]) >= EXPECTED_MIN || cells.isEmpty()) {
            cells.add(rare);
        } else {
            cells.getLast()[0] += rare[0];
            cells.getLast()[1] += rare[1];
        }
        TestResult result = test(cells);
        return new Evidence(
                feature,
                result.test(),
                result.statistic(),
                result.pValue(),
                level,
                stability(now, before, window.samples()),
                mostMoved(now, before, window.samples()));
    }

    /** What training hardly saw is too rare for the test of shares, and has one of its own. */
    Evidence none(DriftWindow window, int categorical, double level) {
        int last = counts.length - 1;
        int now = window.counts(categorical)[last];
        long all = 0;
        for (long count : counts) {
            all += count;
        }
        int cases = (int) Math.min(all, Integer.MAX_VALUE / 2);
        int before = (int) Math.min(counts[last], cases);
        TestResult result = DistributionTests.sameShare(before, cases, now, window.samples());
        return new Evidence(
                feature,
                result.test(),
                result.statistic(),
                result.pValue(),
                level,
                Double.NaN,
                "none of the categories in %d of %d (in training %d of %d)"
                        .formatted(now, window.samples(), before, cases));
    }

    private static TestResult test(List<long[]> cells) {
        if (cells.size() < 2) {
            return new TestResult("chi-square of rows", 0, 1);
        }
        long[][] table = new long[2][cells.size()];
        for (int i = 0; i < cells.size(); i++) {
            table[0][i] = cells.get(i)[0];
            table[1][i] = cells.get(i)[1];
        }
        return HypothesisTests.chiSquareOfRows(table);
    }

    private double stability(int[] now, long before, int samples) {
        double[] sharesBefore = new double[counts.length];
        double[] sharesNow = new double[counts.length];
        for (int i = 0; i < counts.length; i++) {
            sharesBefore[i] = Math.max((double) counts[i], 0.5) / before;
            sharesNow[i] = Math.max((double) now[i], 0.5) / samples;
        }
        return DistributionTests.stabilityIndex(sharesBefore, sharesNow);
    }

    private String mostMoved(int[] now, long before, int samples) {
        int most = 0;
        double greatest = -1;
        for (int i = 0; i < counts.length; i++) {
            double moved = Math.abs((double) now[i] / samples - (double) counts[i] / before);
            if (moved > greatest) {
                greatest = moved;
                most = i;
            }
        }
        return "'%s' is %.1f %% (in training %.1f %%)"
                .formatted(names.get(most), 100.0 * now[most] / samples, 100.0 * counts[most] / before);
    }
}
