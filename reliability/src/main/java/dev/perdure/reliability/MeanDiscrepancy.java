package dev.perdure.reliability;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Whether rows of numbers come from the distribution of reference rows, all columns together: the squared maximum mean
 * discrepancy with a Gaussian kernel as wide as the median distance (Gretton et al.: A kernel two-sample test, JMLR 13, 2012),
 * its p-value by dividing the reference itself by chance. Immutable.
 *
 * <p>The null distribution is of parts of the reference against its rest, which is smaller than the reference: its values
 * are a little greater than those of new rows, so alarms are a little rarer than the p-value says. No p-value is below {@code
 * 1 / (divisions + 1)}.
 */
public final class MeanDiscrepancy {
    private final double[][] reference;
    private final double gamma;
    private final double meanWithin;
    private final double[] ofChance;
    private final int rows;

    private MeanDiscrepancy(double[][] reference, double gamma, double meanWithin, double[] ofChance, int rows) {
        this.reference = reference;
        this.gamma = gamma;
        this.meanWithin = meanWithin;
        this.ofChance = ofChance;
        this.rows = rows;
    }

    /**
     * Returns a test for so many new rows.
     *
     * @param reference rows of equally many finite numbers, of about the same scale
     * @param rows how many will be compared, 2 to one less than there are reference rows
     * @param divisions how often the reference is divided by chance
     */
    public static MeanDiscrepancy of(double[][] reference, int rows, int divisions, RandomGenerator chance) {
        Checks.atLeast("rows", rows, 2);
        Checks.atLeast("reference rows", reference.length, rows + 1);
        Checks.atLeast("divisions", divisions, 1);
        double gamma = gamma(reference);
        int n = reference.length;
        double[][] kernel = new double[n][n];
        double[] sums = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                kernel[i][j] = Math.exp(-gamma * squaredDistance(reference[i], reference[j]));
                sums[i] += kernel[i][j];
            }
        }
        double total = Arrays.stream(sums).sum();
        double[] ofChance = new double[divisions];
        int[] order = new int[n];
        Arrays.setAll(order, i -> i);
        for (int d = 0; d < divisions; d++) {
            ofChance[d] = divided(kernel, sums, total, order, rows, chance);
        }
        Arrays.sort(ofChance);
        return new MeanDiscrepancy(
                Arrays.stream(reference).map(double[]::clone).toArray(double[][]::new),
                gamma,
                total / ((double) n * n),
                ofChance,
                rows);
    }

    /** One over twice the square of the median distance. */
    private static double gamma(double[][] reference) {
        int n = reference.length;
        double[] distances = new double[n * (n - 1) / 2];
        int at = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < i; j++) {
                distances[at++] = squaredDistance(reference[i], reference[j]);
            }
        }
        Arrays.sort(distances);
        double median = distances[distances.length / 2];
        return median > 0 ? 1 / (2 * median) : 1;
    }

    /** Takes the first rows of an order shuffled anew against all others. */
    private static double divided(
            double[][] kernel, double[] sums, double total, int[] order, int rows, RandomGenerator chance) {
        for (int i = 0; i < rows; i++) {
            int other = i + chance.nextInt(order.length - i);
            int swapped = order[i];
            order[i] = order[other];
            order[other] = swapped;
        }
        double inside = 0;
        double across = 0;
        for (int i = 0; i < rows; i++) {
            across += sums[order[i]];
            for (int j = 0; j < rows; j++) {
                inside += kernel[order[i]][order[j]];
            }
        }
        across -= inside;
        double outside = total - inside - 2 * across;
        double rest = (double) order.length - rows;
        return inside / ((double) rows * rows) + outside / (rest * rest) - 2 * across / (rows * rest);
    }

    private static double squaredDistance(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double difference = a[i] - b[i];
            sum += difference * difference;
        }
        return sum;
    }

    /** Returns how many rows are compared. */
    public int rows() {
        return rows;
    }

    /** Returns the statistic above which a result is rejected at this level, of one look; infinite when none can be. */
    public double threshold(double alpha) {
        int allowed = (int) Math.floor(Checks.share("alpha", alpha, false) * (ofChance.length + 1)) - 1;
        return allowed < 0
                ? Double.POSITIVE_INFINITY
                : ofChance[ofChance.length - 1 - Math.min(allowed, ofChance.length - 1)];
    }

    /**
     * Tests whether new rows are like the reference.
     *
     * @param compared as many rows as {@link #rows}, of finite numbers
     */
    public TestResult test(double[][] compared) {
        if (compared.length != rows) {
            throw new IllegalArgumentException("rows: %d (expected: %d)".formatted(compared.length, rows));
        }
        double inside = 0;
        double across = 0;
        for (double[] row : compared) {
            for (double[] other : compared) {
                inside += Math.exp(-gamma * squaredDistance(row, other));
            }
            for (double[] other : reference) {
                across += Math.exp(-gamma * squaredDistance(row, other));
            }
        }
        double statistic =
                inside / ((double) rows * rows) + meanWithin - 2 * across / ((double) rows * reference.length);
        return new TestResult("maximum mean discrepancy", statistic, pValue(statistic));
    }

    private double pValue(double statistic) {
        int atLeast = 0;
        for (int i = ofChance.length - 1; i >= 0 && ofChance[i] >= statistic; i--) {
            atLeast++;
        }
        return (atLeast + 1.0) / (ofChance.length + 1);
    }
}
