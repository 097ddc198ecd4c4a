package dev.perdure.training;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.function.IntFunction;

/**
 * A chart as inline SVG, drawn back to front in the order of the calls. Colours come from the page's classes; the
 * {@code data-} attributes let the page's script read values back from the curves.
 */
final class SvgChart {
    /** How much room a chart has; flags stand above {@code top}. A wide one shrinks on a phone until nobody can read it. */
    enum Shape {
        WIDE(920, 340, 34, 7),
        NARROW(380, 260, 34, 4),
        SMALL(300, 200, 12, 3);

        private final int width;
        private final int height;
        private final int top;
        private final int ticks;

        Shape(int width, int height, int top, int ticks) {
            this.width = width;
            this.height = height;
            this.top = top;
            this.ticks = ticks;
        }
    }

    private static final double LEFT = 50;
    private static final double RIGHT = 12;
    private static final double BOTTOM = 50;
    private static final double LANE = 9;
    private static final double DIGIT = 6.6;

    private final Shape shape;
    private final Scale x;
    private final Scale y;
    private final StringBuilder svg = new StringBuilder(8192);

    /**
     * @param title what is seen, for those who do not see it
     * @param xName what the horizontal axis counts, such as {@code step}
     */
    SvgChart(
            Shape shape, String cssClass, String title, String xName, Scale x, Scale y, DoubleFunction<String> yLabel) {
        this.shape = shape;
        this.x = x.on(LEFT, shape.width - RIGHT);
        this.y = y.on(shape.height - BOTTOM, shape.top);
        svg.append("<svg class=\"chart ").append(cssClass).append("\" role=\"img\" viewBox=\"0 0 ");
        svg.append(shape.width)
                .append(' ')
                .append(shape.height)
                .append("\" data-x=\"")
                .append(Html.escape(xName));
        svg.append("\" data-xs=\"").append(axis(this.x)).append("\" data-ys=\"").append(axis(this.y));
        svg.append("\" aria-label=\"").append(Html.escape(title)).append("\">");
        grid(xName, yLabel);
    }

    private static String axis(Scale scale) {
        return scale.low() + " " + scale.high() + " " + scale.pixelLow() + " " + scale.pixelHigh() + " "
                + (scale.logarithmic() ? 1 : 0);
    }

    private void grid(String xName, DoubleFunction<String> yLabel) {
        for (double tick : y.ticks(4)) {
            double at = y.at(tick);
            svg.append("<path class=\"grid\" d=\"M")
                    .append(px(LEFT))
                    .append(' ')
                    .append(px(at))
                    .append('H');
            svg.append(px(shape.width - RIGHT)).append("\"/>");
            text("end", LEFT - 8, at + 4, yLabel.apply(tick));
        }
        double foot = shape.height - BOTTOM;
        for (double tick : x.ticks(shape.ticks)) {
            if (tick != Math.rint(tick)) {
                continue; // there is no step and no epoch between two
            }
            text("middle", x.at(tick), foot + LANE + 17, Scale.label(tick));
        }
        text("end", shape.width - RIGHT, shape.height - 5, xName);
        svg.append("<path class=\"axis\" d=\"M")
                .append(px(LEFT))
                .append(' ')
                .append(px(foot))
                .append('H');
        svg.append(px(shape.width - RIGHT)).append("\"/>");
    }

    private void text(String anchor, double atX, double atY, String words) {
        svg.append("<text text-anchor=\"")
                .append(anchor)
                .append("\" x=\"")
                .append(px(atX))
                .append("\" y=\"");
        svg.append(px(atY)).append("\">").append(Html.escape(words)).append("</text>");
    }

    /** Shades a stretch of the horizontal axis. */
    void band(double from, double to, String title) {
        double left = x.at(from);
        svg.append("<rect class=\"band\" x=\"")
                .append(px(left))
                .append("\" y=\"")
                .append(px(shape.top));
        svg.append("\" width=\"").append(px(Math.max(1.5, x.at(to) - left))).append("\" height=\"");
        svg.append(px(shape.height - BOTTOM - shape.top)).append("\"><title>").append(Html.escape(title));
        svg.append("</title></rect>");
    }

    /**
     * Draws a curve, broken where it is not finite.
     *
     * @param name for the pointer's read-out; empty to leave the curve out of it
     */
    void line(String cssClass, String name, Curve curve) {
        svg.append("<path class=\"line ").append(cssClass).append('"');
        if (!name.isEmpty()) {
            svg.append(" data-name=\"").append(Html.escape(name)).append('"');
        }
        svg.append(" d=\"");
        boolean pen = false;
        for (int i = 0; i < curve.size(); i++) {
            boolean finite = Double.isFinite(curve.y()[i]);
            if (finite) {
                svg.append(pen ? 'L' : 'M').append(px(x.at(curve.x()[i]))).append(' ');
                svg.append(px(y.at(curve.y()[i])));
            }
            pen = finite;
        }
        svg.append("\"/>");
    }

    /** Puts a dot on every finite point; the title says what it is. */
    void dots(String cssClass, Curve curve, IntFunction<String> title) {
        for (int i = 0; i < curve.size(); i++) {
            if (Double.isFinite(curve.y()[i])) {
                svg.append("<circle class=\"dot ").append(cssClass).append("\" cx=\"");
                svg.append(px(x.at(curve.x()[i]))).append("\" cy=\"").append(px(y.at(curve.y()[i])));
                svg.append("\" r=\"4\"><title>")
                        .append(Html.escape(title.apply(i)))
                        .append("</title></circle>");
            }
        }
    }

    /** Marks points that have no place on the vertical axis, at its top. Those closer than a few pixels are one. */
    void notFinite(Curve curve, String title) {
        double last = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < curve.size(); i++) {
            double at = x.at(curve.x()[i]);
            if (!Double.isFinite(curve.y()[i]) && at - last >= 3) {
                svg.append("<path class=\"nan\" d=\"M")
                        .append(px(at - 4))
                        .append(' ')
                        .append(px(shape.top))
                        .append("l8 0l-4 7z");
                svg.append("\"><title>").append(Html.escape(title + " " + Figures.count((long) curve.x()[i])));
                svg.append("</title></path>");
                last = at;
            }
        }
    }

    /** Puts small ticks into the lane under the axis. Those closer than two pixels are one. */
    void ticks(List<Long> places, String title) {
        double last = Double.NEGATIVE_INFINITY;
        for (long place : places) {
            double at = x.at((double) place);
            if (Math.abs(at - last) >= 2) {
                svg.append("<path class=\"tick\" d=\"M").append(px(at)).append(' ');
                svg.append(px(shape.height - BOTTOM + 1))
                        .append('v')
                        .append(px(LANE))
                        .append("\"><title>");
                svg.append(Html.escape(title + " " + Figures.count(place))).append("</title></path>");
                last = at;
            }
        }
    }

    /** Plants a numbered flag on each mark; flags that would overlap share one, and words stand where there is room. */
    void flags(List<IncidentMark> marks) {
        var sorted = marks.stream()
                .filter(IncidentMark::hasStep)
                .sorted(Comparator.comparingLong(IncidentMark::step))
                .toList();
        int from = 0;
        while (from < sorted.size()) {
            int to = from + 1;
            double at = at(sorted.get(from));
            while (to < sorted.size() && at(sorted.get(to)) - at < 44) {
                to++;
            }
            double room = (to < sorted.size() ? at(sorted.get(to)) - 22 : shape.width) - at;
            flag(sorted.subList(from, to), at, room);
            from = to;
        }
    }

    private double at(IncidentMark mark) {
        return x.at((double) mark.step());
    }

    private void flag(List<IncidentMark> group, double at, double room) {
        IncidentMark first = group.getFirst();
        String number = group.size() == 1
                ? "" + first.number()
                : first.number() + "–" + group.getLast().number();
        double width = Math.max(18, number.length() * DIGIT + 10);
        double left = Math.clamp(at - width / 2, 0, shape.width - width);
        svg.append("<g class=\"flag\"><title>");
        for (IncidentMark mark : group.subList(0, Math.min(5, group.size()))) {
            svg.append(Html.clip(mark.number() + ". " + mark.title() + " at step " + Figures.count(mark.step())));
            svg.append('\n');
        }
        svg.append(group.size() > 5 ? "…" : "")
                .append("</title><path d=\"M")
                .append(px(at))
                .append(" 26V");
        svg.append(px(shape.height - BOTTOM))
                .append("\"/><rect x=\"")
                .append(px(left))
                .append("\" y=\"8\" width=\"");
        svg.append(px(width)).append("\" height=\"18\" rx=\"9\"/>");
        text("middle", left + width / 2, 21.5, number);
        String words = group.size() == 1 ? first.title() : "";
        if (!words.isEmpty() && words.length() * DIGIT + width < room) {
            svg.append("<text class=\"words\" x=\"")
                    .append(px(left + width + 5))
                    .append("\" y=\"21.5\">");
            svg.append(Html.clip(words)).append("</text>");
        }
        svg.append("</g>");
    }

    String toSvg() {
        return svg + "</svg>";
    }

    private static String px(double pixels) {
        long tenths = Math.round(pixels * 10);
        return tenths % 10 == 0 ? Long.toString(tenths / 10) : String.format(Locale.ROOT, "%.1f", tenths / 10.0);
    }
}
