package dev.perdure.training;

import dev.perdure.reliability.Figure;
import dev.perdure.reliability.Plan;
import java.util.List;

/** A plan as one page: tables, and a chart where a section has one. No network, no other files, no script. */
public final class PlanPage {
    private static final double LOG_FROM = 30;

    private PlanPage() {}

    /**
     * Returns the page.
     *
     * @param from what the plan rests on, such as {@code runs/digits-1, runs/digits-2}
     */
    public static String render(Plan plan, String from) {
        var page =
                new StringBuilder("""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '%s'"/>
                <title>Plan</title>
                <style>%s</style>
                </head>
                <body>
                <main>
                <header>
                <p class="eyebrow">Plan</p>
                <h1>What failures cost, and what to do about it</h1>
                <p class="lead">From %s.</p>
                </header>
                """.formatted(ReportPage.hash(ReportPage.STYLE), ReportPage.STYLE, Html.clip(from)));
        plan.sections().forEach(section -> page.append(section(section)));
        return page.append("</main>\n</body>\n</html>\n").toString();
    }

    private static String section(Plan.Section section) {
        var out = new StringBuilder();
        Plan.Graph graph = section.graph();
        if (graph != null) {
            out.append("<figure>\n").append(chart(graph)).append("</figure>\n");
        }
        out.append("<div class=\"scroll\"><table><thead><tr><th></th><th class=\"n\">Value</th>"
                + "<th class=\"n\">Interval</th><th>Formula</th></tr></thead><tbody>\n");
        section.figures().forEach(figure -> out.append(row(figure)));
        out.append("</tbody></table></div>\n");
        section.notes()
                .forEach(note ->
                        out.append("<p class=\"note\">").append(Html.clip(note)).append("</p>\n"));
        String id = section.title().toLowerCase(java.util.Locale.ROOT).replace(' ', '-');
        return ReportPage.section(id, section.title(), out.toString());
    }

    private static String row(Figure figure) {
        return "<tr><td>%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td>%s</td></tr>\n"
                .formatted(
                        Html.clip(figure.name()),
                        Html.escape(PlanReport.value(figure)),
                        Html.escape(PlanReport.interval(figure)),
                        Html.clip(figure.formula()));
    }

    private static String chart(Plan.Graph graph) {
        Curve curve = curve(graph.curve());
        Curve marks = curve(graph.marks());
        double low = curve.x()[0];
        double high = curve.x()[curve.size() - 1];
        Scale across = low > 0 && high / low > LOG_FROM ? new Scale(low, high, true, 0, 1) : Scale.linear(low, high);
        var chart = new SvgChart(
                SvgChart.Shape.WIDE, "wide", graph.title(), graph.xName(), across, upwards(curve), Scale::label);
        chart.line("s-train", graph.yName(), curve);
        chart.dots(
                "s-held",
                marks,
                i -> "%s: %s %s, %s %s"
                        .formatted(
                                graph.marks().get(i).name(),
                                Figures.number(marks.x()[i]),
                                graph.xName(),
                                Figures.number(marks.y()[i]),
                                graph.yName()));
        return chart.toSvg();
    }

    private static Scale upwards(Curve curve) {
        double[] sorted = curve.sorted();
        boolean shares = sorted.length > 0 && sorted[0] > 0.5 && sorted[sorted.length - 1] <= 1;
        return shares ? Scale.linear(sorted[0], 1) : Scale.fitting(sorted);
    }

    private static Curve curve(List<Plan.Point> points) {
        return new Curve(
                points.stream().mapToDouble(Plan.Point::x).toArray(),
                points.stream().mapToDouble(Plan.Point::y).toArray());
    }
}
