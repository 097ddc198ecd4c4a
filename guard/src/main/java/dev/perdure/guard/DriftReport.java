package dev.perdure.guard;

import java.util.List;

/**
 * What a full window says.
 *
 * @param number of the window, from 1
 * @param samples in it
 * @param alpha the chance at most of an alarm in this window when nothing drifts, all tests together
 * @param evidence of every test, those that alarm first, then by p-value
 */
public record DriftReport(long number, long samples, double alpha, List<Evidence> evidence) {
    public DriftReport {
        evidence = List.copyOf(evidence);
    }

    /** Returns whether any test alarms. */
    public boolean drifted() {
        return evidence.stream().anyMatch(Evidence::alarm);
    }

    /** Returns those that alarm. */
    public List<Evidence> alarms() {
        return evidence.stream().filter(Evidence::alarm).toList();
    }

    /** Returns it as a sentence for people. */
    public String words() {
        return "window %d of %d samples: %s"
                .formatted(
                        number,
                        samples,
                        drifted()
                                ? "%d of %d tests alarm, the first: %s"
                                        .formatted(
                                                alarms().size(),
                                                evidence.size(),
                                                evidence.getFirst().words())
                                : "nothing drifts (%d tests, false alarms in at most %s of windows)"
                                        .formatted(evidence.size(), alpha));
    }

    /**
     * What one test says of one feature.
     *
     * @param feature its name, or {@code all numbers together}
     * @param test its name
     * @param statistic what the test computed
     * @param pValue the chance of one at least as extreme when nothing drifts
     * @param level at or below which it alarms
     * @param stability the population stability index, NaN where there is none; below 0.1 little has moved, above 0.25 much
     * @param detail what it was and what it is, in words
     */
    public record Evidence(
            String feature,
            String test,
            double statistic,
            double pValue,
            double level,
            double stability,
            String detail) {

        /** Returns whether drift is established. */
        public boolean alarm() {
            return pValue <= level;
        }

        /** Returns it as a sentence for people. */
        public String words() {
            return "%s: %s (%s %.3g, p %.2g, alarm at %.2g%s)"
                    .formatted(
                            feature,
                            detail,
                            test,
                            statistic,
                            pValue,
                            level,
                            Double.isNaN(stability) ? "" : ", stability index %.2f".formatted(stability));
        }
    }
}
