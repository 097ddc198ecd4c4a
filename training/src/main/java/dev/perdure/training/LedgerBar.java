package dev.perdure.training;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the time of a run went: one stacked bar, and a table whose sum is held against the wall time. */
record LedgerBar(List<Slice> slices, double sum, double wall) {
    /** Half of the last digit shown, for every line of the table. */
    private static final double ROUNDING = 0.0005;

    /** @param cssClass its colour */
    record Slice(String name, String cssClass, double seconds) {}

    static LedgerBar of(Map<String, Double> ledger, double wall) {
        var slices = new ArrayList<Slice>();
        ledger.forEach((key, seconds) -> slices.add(slice(key, seconds)));
        double sum = slices.stream().mapToDouble(Slice::seconds).sum();
        return new LedgerBar(List.copyOf(slices), sum, wall);
    }

    private static Slice slice(String key, double seconds) {
        Optional<Purpose> purpose =
                Stream.of(Purpose.values()).filter(p -> p.key().equals(key)).findFirst();
        return new Slice(
                purpose.map(LedgerBar::words).orElse(key),
                purpose.map(p -> "l-" + p.key()).orElse("l-idle"),
                seconds);
    }

    private static String words(Purpose purpose) {
        return switch (purpose) {
            case COMPUTE -> "Computing";
            case DEGRADED -> "Computing with workers missing";
            case DATA -> "Waiting for data";
            case SAVE_STALL -> "Waiting for checkpoints";
            case RESTORE -> "Reading checkpoints back";
            case REDO -> "Redoing steps";
            case DETECT -> "Noticing failures";
            case REGROUP -> "Regrouping";
            case IDLE -> "Everything else";
        };
    }

    boolean isBalanced() {
        return Math.abs(sum - wall) <= ROUNDING * (slices.size() + 1);
    }

    double share(Slice slice) {
        return sum > 0 ? slice.seconds() / sum : Double.NaN;
    }

    String headline() {
        return slices.stream()
                .filter(s -> s.cssClass().equals("l-compute") && sum > 0)
                .map(s -> Math.round(share(s) * 100) + " % of the time went into computing")
                .findFirst()
                .orElse("No time was booked");
    }

    String toHtml() {
        return (sum > 0 ? bar() : "") + table();
    }

    private String bar() {
        var out = new StringBuilder("<svg class=\"bar\" role=\"img\" aria-label=\"Time by purpose, as in the table "
                + "below\" viewBox=\"0 0 1000 40\" preserveAspectRatio=\"none\">");
        double left = 0;
        for (Slice slice : slices) {
            double width = sum > 0 ? Math.max(0, slice.seconds()) / sum * 1000 : 0;
            if (width >= 0.05) {
                out.append("<rect class=\"")
                        .append(slice.cssClass())
                        .append("\" x=\"")
                        .append(tenth(left));
                out.append("\" y=\"0\" height=\"40\" width=\"")
                        .append(tenth(Math.max(0.5, width - 2)))
                        .append("\"><title>");
                out.append(Html.clip(slice.name())).append(": ").append(Figures.seconds(slice.seconds()));
                out.append(" (").append(Figures.percent(share(slice))).append(")</title></rect>");
            }
            left += width;
        }
        return out.append("</svg>\n").toString();
    }

    private String table() {
        var out = new StringBuilder("<div class=\"scroll\"><table class=\"ledger\"><thead><tr><th>Purpose</th>"
                + "<th class=\"n\">Seconds</th><th class=\"n\">Share</th></tr></thead><tbody>\n");
        for (Slice slice : slices) {
            out.append("<tr><td><svg class=\"swatch\" viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"");
            out.append(slice.cssClass()).append("\" width=\"10\" height=\"10\" rx=\"2\"/></svg>");
            out.append(Html.clip(slice.name())).append("</td>");
            cells(out, slice.seconds(), Figures.percent(share(slice)));
        }
        out.append("</tbody><tfoot><tr><th scope=\"row\">Sum</th>");
        cells(out, sum, sum > 0 ? "100.00 %" : Figures.NONE);
        out.append("<tr><th scope=\"row\">Wall time</th>");
        cells(out, wall, verdict());
        return out.append("</tfoot></table></div>\n").toString();
    }

    private String verdict() {
        if (!Double.isFinite(sum) || !Double.isFinite(wall)) {
            return Figures.NONE;
        }
        return isBalanced() ? "= sum ✓" : "≠ sum, by " + thousandth(Math.abs(sum - wall)) + " s";
    }

    private static void cells(StringBuilder out, double seconds, String share) {
        out.append("<td class=\"n\">").append(thousandth(seconds)).append("</td><td class=\"n\">");
        out.append(share).append("</td></tr>\n");
    }

    private static String tenth(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String thousandth(double seconds) {
        return Double.isFinite(seconds) ? String.format(Locale.ROOT, "%,.3f", seconds) : Figures.NONE;
    }
}
