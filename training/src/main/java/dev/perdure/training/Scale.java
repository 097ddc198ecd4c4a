package dev.perdure.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where a value stands on an axis.
 *
 * @param low the value at {@code pixelLow}; above zero on a logarithmic axis
 * @param high the value at {@code pixelHigh}; above {@code low}
 */
record Scale(double low, double high, boolean logarithmic, double pixelLow, double pixelHigh) {
    /** A spike this many times the middle value would press everything else flat on a linear axis. */
    private static final double SPREAD_LINEAR_MAX = 30;

    /** What lies further out is drawn on the edge. */
    private static final double REACH = 1e150;

    Scale {
        if (!(low < high) || (logarithmic && !(low > 0))) {
            throw new IllegalArgumentException("low, high: " + low + ", " + high + " (expected: rising, log above 0)");
        }
    }

    /** Returns an axis from exactly {@code low} to {@code high}, widened if they are the same. */
    static Scale linear(double low, double high) {
        return new Scale(low, high > low ? high : low + Math.max(1, Math.abs(low)), false, 0, 1);
    }

    /**
     * Returns an axis that fits all values: linear from zero, or logarithmic when a few values tower above the middle
     * one, or when their span is too wide for the eye.
     *
     * @param sorted finite values in rising order
     */
    static Scale fitting(double[] sorted) {
        if (sorted.length == 0) {
            return linear(0, 1);
        }
        double low = Math.clamp(sorted[0], -REACH, REACH);
        double high = Math.clamp(sorted[sorted.length - 1], -REACH, REACH);
        double middle = sorted[sorted.length / 2];
        if (low > 0 && high / middle > SPREAD_LINEAR_MAX) {
            // A handful of tiny values must not stretch the axis: they are drawn on its foot.
            double foot = Math.max(low, sorted[sorted.length / 50] / 3);
            return new Scale(foot * 0.8, high * 1.25, true, 0, 1);
        }
        double from = Math.min(0, low);
        if (!(from < high)) {
            return linear(from, from + Math.max(1, Math.abs(from)));
        }
        double step = stepOf(high - from, 4);
        return linear(Math.floor(from / step) * step, Math.ceil(high / step * (1 - 1e-9)) * step);
    }

    Scale on(double low, double high) {
        return new Scale(this.low, this.high, logarithmic, low, high);
    }

    /** Returns the pixel of the value, which is drawn on the edge when it lies outside. */
    double at(double value) {
        double share = logarithmic
                ? (Math.log(Math.max(value, low)) - Math.log(low)) / (Math.log(high) - Math.log(low))
                : (value - low) / (high - low);
        return pixelLow + Math.clamp(share, 0, 1) * (pixelHigh - pixelLow);
    }

    /** Returns round values within the axis, in rising order. */
    List<Double> ticks(int about) {
        return logarithmic ? powers(about) : multiples(about);
    }

    private List<Double> multiples(int about) {
        double step = stepOf(high - low, about);
        var ticks = new ArrayList<Double>();
        double first = Math.ceil(low / step - 1e-9);
        for (int i = 0; i <= 2 * about && (first + i) * step <= high + step * 1e-9; i++) {
            ticks.add((first + i) * step);
        }
        return ticks;
    }

    private List<Double> powers(int about) {
        int first = (int) Math.floor(Math.log10(low));
        int last = (int) Math.ceil(Math.log10(high));
        int every = Math.max(1, (last - first) / Math.max(1, about));
        double[] within = (last - first) <= 3 ? new double[] {1, 2, 5} : new double[] {1};
        var ticks = new ArrayList<Double>();
        for (int power = first; power <= last; power += every) {
            for (double digit : within) {
                double tick = digit * Math.pow(10, power);
                if (tick >= low && tick <= high) {
                    ticks.add(tick);
                }
            }
        }
        return ticks;
    }

    /** Returns 1, 2 or 5 times a power of ten, so that the span has about as many steps as asked for. */
    private static double stepOf(double span, int about) {
        double rough = span / about;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double digit = rough / power;
        return power * (digit < 1.5 ? 1 : digit < 3.5 ? 2 : digit < 7.5 ? 5 : 10);
    }

    /** Returns the value as a label of an axis: {@code 0.05}, {@code 1,500}, {@code 20k}, {@code 1.5M}. */
    static String label(double value) {
        double size = Math.abs(value);
        if (size >= 1e12 || (size > 0 && size < 1e-4)) {
            return String.format(Locale.ROOT, "%.0e", value);
        }
        if (size >= 1e9) {
            return plain(value / 1e9) + "G";
        }
        if (size >= 1e6) {
            return plain(value / 1e6) + "M";
        }
        return size >= 1e4 ? plain(value / 1e3) + "k" : plain(value);
    }

    private static String plain(double value) {
        String text = String.format(Locale.ROOT, "%,.6f", value).replaceAll("\\.?0+$", "");
        return text.isEmpty() || text.equals("-") || text.equals("-0") ? "0" : text;
    }
}
