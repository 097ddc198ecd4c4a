package dev.perdure.training;

import java.util.Locale;

/**
 * Figures as people read them, the same on the terminal and in the report. A figure that is not there (NaN, infinite) is
 * {@value #NONE}. Bytes are counted in thousands (1 MB = 1,000,000 bytes).
 */
public final class Figures {
    /** Stands for a figure that is not there. */
    public static final String NONE = "–";

    private static final String[] BYTES = {"kB", "MB", "GB", "TB", "PB", "EB"};

    private Figures() {}

    /** Returns {@code 1,234,567}. */
    public static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** Returns {@code 1 step} or {@code 1,234 steps}. */
    public static String count(long count, String noun) {
        return count(count) + " " + noun + (count == 1 ? "" : "s");
    }

    /** Returns a share of 1 as {@code 97.30 %}. */
    public static String percent(double share) {
        return Double.isFinite(share) ? String.format(Locale.ROOT, "%.2f %%", share * 100) : NONE;
    }

    /** Returns about four digits: {@code 0.0612}, {@code 0.000831}, {@code 12.35}, {@code 1,234}, {@code 3.1e-7}. */
    public static String number(double value) {
        if (!Double.isFinite(value)) {
            return NONE;
        }
        double size = Math.abs(value);
        if (size == 0) {
            return "0";
        }
        if (size < 1e-5 || size >= 1e7) {
            return String.format(Locale.ROOT, "%.1e", value)
                    .replaceFirst("e([+-])0?", "e$1")
                    .replace("e+", "e");
        }
        int power = (int) Math.floor(Math.log10(size));
        int decimals = power < -2 ? 2 - power : Math.clamp(3 - power, 0, 4);
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    /** Returns {@code 812 bytes}, {@code 3.2 MB}. */
    public static String bytes(long bytes) {
        if (bytes < 1000) {
            return count(bytes, "byte");
        }
        double value = bytes;
        int unit = -1;
        while (value >= 999.5) {
            value /= 1000;
            unit++;
        }
        return String.format(Locale.ROOT, value < 10 ? "%.1f %s" : "%.0f %s", value, BYTES[unit]);
    }

    /** Returns {@code 0.31 ms}, {@code 12 ms}, and from a second on as {@link #seconds}. */
    public static String millis(double millis) {
        if (!Double.isFinite(millis)) {
            return NONE;
        }
        if (millis >= 999.5) {
            return seconds(millis / 1000);
        }
        return String.format(Locale.ROOT, millis > 0 && millis < 10 ? "%.2f ms" : "%.0f ms", millis);
    }

    /** Returns {@code 0.31 s}, {@code 42.1 s}, {@code 3 min 05 s}, {@code 2 h 05 min}, {@code 3 d 04 h}. */
    public static String seconds(double seconds) {
        if (!Double.isFinite(seconds)) {
            return NONE;
        }
        if (seconds < 59.95) {
            return String.format(Locale.ROOT, seconds < 10 ? "%.2f s" : "%.1f s", seconds);
        }
        long whole = Math.round(seconds);
        if (whole < 3600) {
            return pair(whole / 60, "min", whole % 60, "s");
        }
        long minutes = Math.round(seconds / 60);
        if (minutes < 24 * 60) {
            return pair(minutes / 60, "h", minutes % 60, "min");
        }
        long hours = Math.round(seconds / 3600);
        return pair(hours / 24, "d", hours % 24, "h");
    }

    private static String pair(long big, String bigUnit, long small, String smallUnit) {
        return String.format(Locale.ROOT, "%,d %s %02d %s", big, bigUnit, small, smallUnit);
    }
}
