package dev.perdure.reliability;

import java.util.Arrays;
import java.util.Optional;

/**
 * How far a row of numbers lies from the nearest of several groups, in units in which the rows of a group scatter alike in every
 * direction (Mahalanobis distance; to the nearest class: Lee et al.: A simple unified framework for detecting
 * out-of-distribution samples, NeurIPS 2018). Immutable.
 *
 * <p>All groups share one covariance, drawn towards a multiple of the identity as far as there are few rows (Ledoit and Wolf: A
 * well-conditioned estimator for large-dimensional covariance matrices, JMVA 88, 2004), and by a thousandth at least, so that
 * a number that never moved has a scale.
 */
public final class Mahalanobis {
    private static final double SHRINKAGE_MIN = 1e-3;

    private final double[][] whitening;
    private final double[][] centres;

    private Mahalanobis(double[][] whitening, double[][] centres) {
        this.whitening = whitening;
        this.centres = centres;
    }

    /**
     * Returns the one that {@link #whitening} and {@link #centres} are of.
     *
     * @param whitening as many rows as columns; what is above the diagonal is not read
     * @param centres at least one row of as many numbers
     */
    public static Mahalanobis of(double[][] whitening, double[][] centres) {
        Checks.atLeast("numbers", whitening.length, 1);
        Checks.atLeast("centres", centres.length, 1);
        requireNumbers(whitening, whitening.length);
        requireNumbers(centres, whitening.length);
        return new Mahalanobis(copy(whitening), copy(centres));
    }

    /**
     * Learns from rows.
     *
     * @param rows of equally many finite numbers
     * @param groups for each row which group it is of, 0 or more; groups without rows are left out
     * @return nothing if there are no more rows than groups, or all rows of each group are the same
     */
    public static Optional<Mahalanobis> learn(double[][] rows, int[] groups) {
        if (rows.length == 0 || rows.length != groups.length) {
            throw new IllegalArgumentException("rows: %d, groups: %d (expected: at least one row, a group for each)"
                    .formatted(rows.length, groups.length));
        }
        int numbers = rows[0].length;
        requireNumbers(rows, numbers);
        double[][] means = means(rows, groups, numbers);
        double[][] off = new double[rows.length][numbers];
        for (int i = 0; i < rows.length; i++) {
            for (int c = 0; c < numbers; c++) {
                off[i][c] = rows[i][c] - means[groups[i]][c];
            }
        }
        double[][] centres =
                Arrays.stream(means).filter(mean -> mean.length > 0).toArray(double[][]::new);
        int freedom = rows.length - centres.length;
        double[][] covariance = freedom < 1 ? new double[numbers][numbers] : shrunk(off, freedom);
        if (!(trace(covariance) > 0)) {
            return Optional.empty();
        }
        double[][] whitening = inverse(cholesky(covariance));
        return Optional.of(new Mahalanobis(
                whitening,
                Arrays.stream(centres).map(centre -> times(whitening, centre)).toArray(double[][]::new)));
    }

    private static void requireNumbers(double[][] rows, int numbers) {
        for (double[] row : rows) {
            if (row.length != numbers || !Arrays.stream(row).allMatch(Double::isFinite)) {
                throw new IllegalArgumentException(
                        "row: %d numbers (expected: %d, all finite)".formatted(row.length, numbers));
            }
        }
    }

    /** Returns each group's mean; nothing of one without rows. */
    private static double[][] means(double[][] rows, int[] groups, int numbers) {
        Arrays.stream(groups).forEach(group -> Checks.atLeast("group", group, 0));
        int count = Arrays.stream(groups).max().orElseThrow() + 1;
        double[][] sums = new double[count][0];
        int[] counts = new int[count];
        for (int i = 0; i < rows.length; i++) {
            int group = groups[i];
            sums[group] = sums[group].length == 0 ? new double[numbers] : sums[group];
            counts[group]++;
            for (int c = 0; c < numbers; c++) {
                sums[group][c] += rows[i][c];
            }
        }
        for (int group = 0; group < count; group++) {
            for (int c = 0; c < sums[group].length; c++) {
                sums[group][c] /= counts[group];
            }
        }
        return sums;
    }

    private static double[][] shrunk(double[][] off, int freedom) {
        int numbers = off[0].length;
        double[][] covariance = new double[numbers][numbers];
        double fourth = 0;
        for (double[] row : off) {
            double length = 0;
            for (int i = 0; i < numbers; i++) {
                length += row[i] * row[i];
                for (int j = 0; j <= i; j++) {
                    covariance[i][j] += row[i] * row[j] / freedom;
                }
            }
            fourth += length * length;
        }
        double squares = 0;
        for (int i = 0; i < numbers; i++) {
            for (int j = 0; j < i; j++) {
                covariance[j][i] = covariance[i][j];
                squares += 2 * covariance[i][j] * covariance[i][j];
            }
            squares += covariance[i][i] * covariance[i][i];
        }
        double scale = trace(covariance) / numbers;
        double beside = squares - numbers * scale * scale;
        double noise = (fourth / freedom - squares) / freedom;
        double shrinkage = Math.clamp(beside > 0 ? noise / beside : 1, SHRINKAGE_MIN, 1);
        for (int i = 0; i < numbers; i++) {
            for (int j = 0; j < numbers; j++) {
                covariance[i][j] = (1 - shrinkage) * covariance[i][j] + (i == j ? shrinkage * scale : 0);
            }
        }
        return covariance;
    }

    private static double trace(double[][] matrix) {
        double trace = 0;
        for (int i = 0; i < matrix.length; i++) {
            trace += matrix[i][i];
        }
        return trace;
    }

    /** Returns the lower triangle whose product with its transpose is the matrix. */
    private static double[][] cholesky(double[][] matrix) {
        int n = matrix.length;
        double[][] lower = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = matrix[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= lower[i][k] * lower[j][k];
                }
                lower[i][j] = i == j ? Math.sqrt(sum) : sum / lower[j][j];
            }
        }
        return lower;
    }

    private static double[][] inverse(double[][] lower) {
        int n = lower.length;
        double[][] inverse = new double[n][n];
        for (int column = 0; column < n; column++) {
            inverse[column][column] = 1 / lower[column][column];
            for (int i = column + 1; i < n; i++) {
                double sum = 0;
                for (int k = column; k < i; k++) {
                    sum -= lower[i][k] * inverse[k][column];
                }
                inverse[i][column] = sum / lower[i][i];
            }
        }
        return inverse;
    }

    private static double[] times(double[][] lower, double[] row) {
        double[] product = new double[row.length];
        for (int i = 0; i < row.length; i++) {
            for (int j = 0; j <= i; j++) {
                product[i] += lower[i][j] * row[j];
            }
        }
        return product;
    }

    private static double[][] copy(double[][] rows) {
        return Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
    }

    /**
     * Returns the distance from the nearest group's mean, 0 or more; NaN where a number is none.
     *
     * @param row of {@link #numbers}
     */
    public double distance(double[] row) {
        if (row.length != whitening.length) {
            throw new IllegalArgumentException(
                    "row: %d numbers (expected: %d)".formatted(row.length, whitening.length));
        }
        double[] white = times(whitening, row);
        double least = Double.POSITIVE_INFINITY;
        for (double[] centre : centres) {
            double sum = 0;
            for (int i = 0; i < white.length; i++) {
                double off = white[i] - centre[i];
                sum += off * off;
            }
            least = Math.min(least, sum);
        }
        return Math.sqrt(least);
    }

    /** Returns how many numbers a row has. */
    public int numbers() {
        return whitening.length;
    }

    /** Returns the lower triangle that makes a group's covariance the identity. */
    public double[][] whitening() {
        return copy(whitening);
    }

    /** Returns the groups' means, multiplied by {@link #whitening}. */
    public double[][] centres() {
        return copy(centres);
    }
}
