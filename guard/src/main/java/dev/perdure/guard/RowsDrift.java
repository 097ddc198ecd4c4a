package dev.perdure.guard;

import dev.perdure.core.DType;
import dev.perdure.core.TensorData;
import dev.perdure.guard.DriftReport.Evidence;
import dev.perdure.reliability.MeanDiscrepancy;
import dev.perdure.reliability.TestResult;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.Random;

/**
 * Compares rows of all numbers together, each number in units of its deviation in the reference; a missing one counts as its
 * mean.
 *
 * @param feature what the numbers are called
 */
record RowsDrift(String feature, double[] mean, double[] deviation, MeanDiscrepancy discrepancy) {
    static final String ALL = "all numbers together";
    private static final int ROWS_MAX = 100;
    private static final int ROWS_MIN = 20;
    private static final int COLUMNS_MAX = 64;
    private static final int DIVISIONS = 3999;
    private static final double FAR = 100;

    /** Nothing where the reference has too few rows to be divided, or rows of other numbers. */
    static Optional<RowsDrift> of(String feature, TensorData reference, int numbers, int window, long seed) {
        int count = (int) Math.min(reference.shape().size(0), 1000);
        int rows = Math.min(ROWS_MAX, Math.min(count / 2, window));
        if (reference.dtype() != DType.F32 || reference.shape().size(1) != numbers || numbers == 0 || rows < ROWS_MIN) {
            return Optional.empty();
        }
        double[][] all = new double[count][numbers];
        for (int i = 0; i < count; i++) {
            for (int c = 0; c < numbers; c++) {
                all[i][c] = reference.data().getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, (long) i * numbers + c);
            }
        }
        int columns = Math.min(numbers, COLUMNS_MAX);
        double[] mean = new double[columns];
        double[] deviation = new double[columns];
        for (int c = 0; c < columns; c++) {
            learn(all, c, mean, deviation);
        }
        return Optional.of(new RowsDrift(
                feature,
                mean,
                deviation,
                MeanDiscrepancy.of(scaled(all, mean, deviation), rows, DIVISIONS, new Random(seed))));
    }

    private static void learn(double[][] rows, int column, double[] mean, double[] deviation) {
        double sum = 0;
        double squares = 0;
        int count = 0;
        for (double[] row : rows) {
            if (Double.isFinite(row[column])) {
                sum += row[column];
                count++;
            }
        }
        mean[column] = count == 0 ? 0 : sum / count;
        for (double[] row : rows) {
            double off = row[column] - mean[column];
            squares += Double.isFinite(off) ? off * off : 0;
        }
        double found = count == 0 ? 0 : Math.sqrt(squares / count);
        deviation[column] = found > 0 && Double.isFinite(found) ? found : 1;
    }

    private static double[][] scaled(double[][] rows, double[] mean, double[] deviation) {
        double[][] scaled = new double[rows.length][mean.length];
        for (int i = 0; i < rows.length; i++) {
            for (int c = 0; c < mean.length; c++) {
                double value = (rows[i][c] - mean[c]) / deviation[c];
                scaled[i][c] = Double.isNaN(value) ? 0 : Math.clamp(value, -FAR, FAR);
            }
        }
        return scaled;
    }

    /** A window with too few rows says nothing. */
    Optional<Evidence> compare(double[][] rows, double level) {
        if (rows.length != discrepancy.rows()) {
            return Optional.empty();
        }
        TestResult result = discrepancy.test(scaled(rows, mean, deviation));
        return Optional.of(new Evidence(
                feature,
                result.test(),
                result.statistic(),
                result.pValue(),
                level,
                Double.NaN,
                "%d rows, discrepancy %.3g (by chance at most %.3g)"
                        .formatted(rows.length, result.statistic(), discrepancy.threshold(level))));
    }
}
