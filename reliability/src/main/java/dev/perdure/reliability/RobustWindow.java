package dev.perdure.reliability;

import java.util.Arrays;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * The newest values of a series, and statistics of them that a minority of wild ones cannot move far: median, and median
 * absolute deviation (MAD; Hampel: The influence curve and its role in robust estimation, JASA 69, 1974). Immutable.
 */
public final class RobustWindow {
    /** By which the MAD of normal values estimates their standard deviation. */
    private static final double MAD_TO_DEVIATION = 1.4826;

    /** A MAD is worth this share of as many values as a standard deviation would need (Rousseeuw, Croux, JASA 88, 1993). */
    private static final double MAD_EFFICIENCY = 0.37;

    private final int capacity;
    private final double[] values;

    private RobustWindow(int capacity, double[] values) {
        this.capacity = capacity;
        this.values = values;
    }

    /** Returns an empty window for this many values, at least one. */
    public static RobustWindow of(int capacity) {
        return new RobustWindow(Checks.atLeast("capacity", capacity, 1), new double[0]);
    }

    /** Returns the window with one more value, which pushes the oldest out if it is full. */
    public RobustWindow plus(double value) {
        Checks.finite("value", value);
        int kept = Math.min(values.length, capacity - 1);
        double[] next = Arrays.copyOfRange(values, values.length - kept, values.length + 1);
        next[kept] = value;
        return new RobustWindow(capacity, next);
    }

    /** Returns how many values it holds. */
    public int size() {
        return values.length;
    }

    /** Returns the median; NaN of an empty window. */
    public double median() {
        return median(values);
    }

    /** Returns the standard deviation that normal values with this MAD have, corrected for their number; 0 below two. */
    public double deviation() {
        return deviation(values);
    }

    /**
     * Returns what the next value passes with this chance, if it comes from the same normal distribution: Student's
     * predictive bound, with the median and the MAD for mean and deviation, and degrees of freedom and width that pay for
     * their lesser efficiency.
     *
     * @param alpha the chance, > 0 and < 1
     * @param deviationMin the deviation is taken to be no smaller than this
     * @return infinite with fewer than three values
     */
    public double upperBound(double alpha, double deviationMin) {
        int n = values.length;
        if (n < 3) {
            return Double.POSITIVE_INFINITY;
        }
        double t = TDistribution.of(degreesOfFreedom(n)).inverseSurvivalProbability(alpha);
        double width = Math.sqrt(1 + Math.PI / 2 / n);
        return median() + t * width * Math.max(deviationMin, deviation());
    }

    static double degreesOfFreedom(int n) {
        return Math.max(1, MAD_EFFICIENCY * (n - 1));
    }

    static double median(double[] values) {
        int n = values.length;
        if (n == 0) {
            return Double.NaN;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }

    static double deviation(double[] values) {
        int n = values.length;
        if (n < 2) {
            return 0;
        }
        double middle = median(values);
        double mad = median(Arrays.stream(values).map(x -> Math.abs(x - middle)).toArray());
        return MAD_TO_DEVIATION * mad * n / (n - 0.8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RobustWindow that && capacity == that.capacity && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * capacity + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "median " + Words.number(median()) + " of " + values.length;
    }
}
