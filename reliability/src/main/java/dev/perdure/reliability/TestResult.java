package dev.perdure.reliability;

/**
 * What a test of a hypothesis found.
 *
 * @param test its name
 * @param statistic the number it computed
 * @param pValue the chance of one at least as extreme if the hypothesis is true, 0 to 1
 */
public record TestResult(String test, double statistic, double pValue) {
    public TestResult {
        Checks.share("pValue", pValue, true);
    }

    /** Returns whether the hypothesis is rejected at this chance of a false alarm, for this one look. */
    public boolean rejectsAt(double alpha) {
        return pValue <= Checks.share("alpha", alpha, false);
    }
}
