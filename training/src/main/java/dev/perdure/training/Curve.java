package dev.perdure.training;

import java.util.Arrays;

/**
 * A curve over steps: what is drawn of it, and its smoothed form.
 *
 * @param x strictly rising
 * @param y as long as {@code x}; where it is not finite the curve has a gap
 */
record Curve(double[] x, double[] y) {
    Curve {
        if (x.length != y.length) {
            throw new IllegalArgumentException("y: " + y.length + " values (expected: " + x.length + ", as many as x)");
        }
    }

    int size() {
        return x.length;
    }

    /** Returns the finite values in rising order. */
    double[] sorted() {
        return Arrays.stream(y).filter(Double::isFinite).sorted().toArray();
    }

    /**
     * Returns at most {@code 2 * buckets + 2} points: of each bucket of neighbours the lowest and the highest, so that
     * no spike is lost, and the first and the last point.
     */
    Curve thinned(int buckets) {
        int n = size();
        if (n <= 2 * buckets) {
            return this;
        }
        var kept = new int[2 * buckets + 2];
        int count = 0;
        kept[count++] = 0;
        for (int b = 0; b < buckets; b++) {
            int from = (int) ((long) n * b / buckets);
            int to = (int) ((long) n * (b + 1) / buckets);
            int low = extreme(from, to, -1);
            int high = extreme(from, to, 1);
            count = add(kept, count, Math.min(low, high));
            count = add(kept, count, Math.max(low, high));
        }
        count = add(kept, count, n - 1);
        int[] indices = Arrays.copyOf(kept, count);
        return new Curve(
                Arrays.stream(indices).mapToDouble(i -> x[i]).toArray(),
                Arrays.stream(indices).mapToDouble(i -> y[i]).toArray());
    }

    private static int add(int[] kept, int count, int index) {
        if (kept[count - 1] == index) {
            return count;
        }
        kept[count] = index;
        return count + 1;
    }

    /** Returns where the lowest or the highest finite value stands, or the first place if there is none. */
    private int extreme(int from, int to, int sign) {
        int best = from;
        for (int i = from; i < to; i++) {
            if (Double.isFinite(y[i]) && !(sign * y[i] <= sign * y[best])) {
                best = i;
            }
        }
        return best;
    }

    /**
     * Returns the mean around each point, its neighbours on both sides weighted less the further away they are, so that
     * it does not lag behind. The weights sum to about {@code width}. Points that are not finite count nothing, and stay
     * gaps.
     */
    Curve smoothed(double width) {
        double keep = Math.max(0, 1 - 2 / (width + 1));
        int n = size();
        var sums = new double[n];
        var weights = new double[n];
        sweep(keep, 0, 1, sums, weights);
        sweep(keep, n - 1, -1, sums, weights);
        var mean = new double[n];
        for (int i = 0; i < n; i++) {
            mean[i] = Double.isFinite(y[i]) ? (sums[i] - y[i]) / (weights[i] - 1) : Double.NaN;
        }
        return new Curve(x, mean);
    }

    private void sweep(double keep, int from, int step, double[] sums, double[] weights) {
        double sum = 0;
        double weight = 0;
        for (int i = from; i >= 0 && i < size(); i += step) {
            boolean counts = Double.isFinite(y[i]);
            sum = sum * keep + (counts ? y[i] : 0);
            weight = weight * keep + (counts ? 1 : 0);
            sums[i] += sum;
            weights[i] += weight;
        }
    }
}
