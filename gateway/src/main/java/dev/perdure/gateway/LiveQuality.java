package dev.perdure.gateway;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * How good one version is, by what was reported and compared since it is served. Calibration is judged in ten equal parts of
 * confidence: the expected calibration error is the mean distance between confidence and accuracy, weighed by how many fell
 * into each part (Naeini, Cooper, Hauskrecht: Obtaining well calibrated probabilities using Bayesian binning, AAAI 2015).
 */
final class LiveQuality {
    private static final int PARTS = 10;
    private static final int RECENT = 500;

    private long reported;
    private long right;
    private final BitSet recent = new BitSet(RECENT);
    private final long[] counts = new long[PARTS];
    private final long[] rights = new long[PARTS];
    private final double[] confidences = new double[PARTS];
    private double absoluteErrors;
    private long numbers;
    private long compared;
    private long disagreed;

    /** The truth about a class was reported. */
    synchronized void ofClass(boolean isRight, double confidence) {
        count(isRight);
        int part = Math.clamp((int) (confidence * PARTS), 0, PARTS - 1);
        counts[part]++;
        rights[part] += isRight ? 1 : 0;
        confidences[part] += confidence;
    }

    /** The truth about a number was reported. */
    synchronized void ofNumber(boolean isNear, double error) {
        count(isNear);
        absoluteErrors += Math.abs(error);
        numbers++;
    }

    private void count(boolean isRight) {
        recent.set((int) (reported % RECENT), isRight);
        reported++;
        right += isRight ? 1 : 0;
    }

    /** Another version computed the same input. */
    synchronized void compared(boolean agree) {
        compared++;
        disagreed += agree ? 0 : 1;
    }

    /**
     * What it comes to.
     *
     * @param reported truths
     * @param right of these
     * @param recent accuracy of the last {@value #RECENT}, 0 to 1; absent while none was reported
     * @param calibration the expected calibration error, 0 to 1; absent while no truth about a class was reported
     * @param compared answers with another version's to the same input
     * @param disagreed of these
     */
    record Sum(
            long reported,
            long right,
            OptionalDouble recent,
            OptionalDouble calibration,
            long compared,
            long disagreed) {}

    /** Returns what it comes to now. */
    synchronized Sum sum() {
        return new Sum(
                reported,
                right,
                reported > 0 ? OptionalDouble.of(recent()) : OptionalDouble.empty(),
                reported > numbers ? OptionalDouble.of(calibrationError()) : OptionalDouble.empty(),
                compared,
                disagreed);
    }

    private double recent() {
        return (double) recent.cardinality() / Math.min(reported, RECENT);
    }

    /** Returns all of it, for a page; what is not known yet is left out. */
    synchronized Map<String, Object> page() {
        var page = new LinkedHashMap<String, Object>();
        page.put("reported", reported);
        page.put("right", right);
        if (reported > 0) {
            page.put("accuracy", (double) right / reported);
            page.put("accuracy_recent", recent());
            page.put("reported_recent", Math.min(reported, RECENT));
        }
        if (reported > numbers) {
            page.put("calibration_error", calibrationError());
            page.put("calibration", calibration());
        }
        if (numbers > 0) {
            page.put("mean_absolute_error", absoluteErrors / numbers);
        }
        page.put("compared", compared);
        page.put("disagreed", disagreed);
        if (compared > 0) {
            page.put("disagreement", (double) disagreed / compared);
        }
        return page;
    }

    private double calibrationError() {
        double apart = 0;
        long all = 0;
        for (int part = 0; part < PARTS; part++) {
            apart += Math.abs(confidences[part] - rights[part]);
            all += counts[part];
        }
        return apart / all;
    }

    private List<Map<String, Object>> calibration() {
        var parts = new ArrayList<Map<String, Object>>();
        for (int part = 0; part < PARTS; part++) {
            if (counts[part] > 0) {
                var each = new LinkedHashMap<String, Object>();
                each.put("confidence", confidences[part] / counts[part]);
                each.put("accuracy", (double) rights[part] / counts[part]);
                each.put("reported", counts[part]);
                parts.add(each);
            }
        }
        return parts;
    }
}
