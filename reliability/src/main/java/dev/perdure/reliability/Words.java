package dev.perdure.reliability;

import java.util.Locale;

/** Numbers as reasons print them: short, and the same in every locale. */
final class Words {
    private Words() {}

    /** Four significant digits at most, without trailing zeros. */
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-3 || size >= 1e7)) {
            return String.format(Locale.ROOT, "%.2e", value);
        }
        int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 4;
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
    }

    /** Chances are not known any better than to a percent, but for those near 0 and 1. */
    static String percent(double share) {
        double percent = 100 * share;
        boolean isMiddling = percent >= 2 && percent <= 98;
        return number(isMiddling ? Math.rint(percent) : percent) + " %";
    }

    static String seconds(double seconds) {
        if (seconds >= 3_600) {
            return number(seconds / 3_600) + " h";
        }
        return seconds < 1 ? number(1e3 * seconds) + " ms" : number(seconds) + " s";
    }

    static String nanos(double nanos) {
        return seconds(nanos / 1e9);
    }
}
