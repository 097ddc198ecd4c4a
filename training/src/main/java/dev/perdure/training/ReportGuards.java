package dev.perdure.training;

import java.util.List;

/** What was watched while the model trained: the page's table of guards. */
final class ReportGuards {
    private ReportGuards() {}

    static String render(RunReport report) {
        if (report.guards().isEmpty()) {
            return "";
        }
        var out = new StringBuilder();
        if (report.earlyStop() != null) {
            out.append("<p class=\"note\">Early stopping: ")
                    .append(Html.clip(report.earlyStop().words()))
                    .append(".</p>\n");
        }
        out.append("<div class=\"scroll\"><table><thead><tr><th>Guard</th><th>State</th><th>Seen</th>"
                + "<th>Fires when</th></tr></thead><tbody>\n");
        report.guards().forEach(guarded -> row(out, guarded));
        out.append("</tbody></table></div>\n");
        return ReportPage.section("guards", heading(report.guards()), out.toString());
    }

    private static String heading(List<RunReport.Guarded> guards) {
        long warned = guards.stream().filter(ReportGuards::warned).count();
        return warned == 0 ? "Guards: none fired" : "Guards: " + Figures.count(warned) + " fired";
    }

    private static void row(StringBuilder out, RunReport.Guarded g) {
        String state = warned(g)
                ? "<strong>! warned</strong>" + (g.step() > 0 ? " at step " + Figures.count(g.step()) : "")
                : Html.clip(g.state());
        out.append("<tr><td>").append(Html.clip(g.guard().title())).append("</td><td>");
        out.append(state).append("</td><td>");
        out.append(g.evidence().isBlank() ? Figures.NONE : Html.clip(g.evidence()));
        if (warned(g) && g.guard() != Guard.DATA) {
            out.append("<br/><strong>Try:</strong> ").append(Html.clip(g.guard().advice()));
        }
        out.append("</td><td class=\"note\">")
                .append(Html.clip(g.guard().criterion()))
                .append("</td></tr>\n");
    }

    private static boolean warned(RunReport.Guarded guarded) {
        return guarded.state().equals("warned");
    }
}
