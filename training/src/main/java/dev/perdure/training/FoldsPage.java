package dev.perdure.training;

import dev.perdure.training.FoldsReport.Estimate;
import dev.perdure.training.FoldsReport.Fold;
import org.jspecify.annotations.Nullable;

/** The page of a cross-validation, of the same make as {@link ReportPage}; each fold has a page of its own. */
final class FoldsPage {
    private FoldsPage() {}

    static String render(FoldsReport report, String configYaml) {
        var page = new StringBuilder(1 << 15);
        page.append(ReportPage.head(Html.clip(report.name()) + " – cross-validation"));
        page.append("<body>\n<main>\n<header>\n<p class=\"eyebrow\">Cross-validation</p>\n<h1>");
        page.append(Html.clip(report.name()))
                .append("</h1>\n<p class=\"lead\"><span class=\"badge good\">✓ finished</span> ");
        page.append(Html.escape(summary(report))).append("</p>\n</header>\n");
        page.append(estimates(report)).append(folds(report));
        page.append(ReportPage.configuration(configYaml)).append(ReportPage.end());
        return page.toString();
    }

    private static String summary(FoldsReport report) {
        return Figures.count(report.folds().size(), "fold") + " in " + Figures.seconds(report.wallSeconds())
                + ". By held-out loss fold " + report.bestFold() + " is the best and fold " + report.worstFold()
                + " the worst.";
    }

    private static String estimates(FoldsReport r) {
        var out = new StringBuilder(
                "<div class=\"scroll\"><table><thead><tr><th>Figure</th><th class=\"n\">Mean</th>"
                        + "<th class=\"n\">Standard deviation</th><th class=\"n\">95 % interval of the mean</th></tr></thead><tbody>\n");
        estimate(out, "Held-out loss", r.heldOutLoss(), false);
        estimate(out, "Held-out accuracy", r.heldOutAccuracy(), true);
        estimate(out, "Test loss", r.testLoss(), false);
        estimate(out, "Test accuracy", r.testAccuracy(), true);
        out.append(
                "</tbody></table></div>\n<p class=\"note\">Student's interval. Folds share training samples, so it is"
                        + " narrower than it should be.</p>\n");
        return ReportPage.section("estimates", "Over all folds", out.toString());
    }

    private static void estimate(StringBuilder out, String name, @Nullable Estimate e, boolean share) {
        if (e != null) {
            out.append("<tr><td>").append(name).append("</td>");
            cell(out, words(e.mean(), share));
            cell(out, words(e.deviation(), share));
            cell(out, words(e.low(), share) + " to " + words(e.high(), share));
            out.append("</tr>\n");
        }
    }

    private static String words(double value, boolean share) {
        return share ? Figures.percent(value) : Figures.number(value);
    }

    private static String folds(FoldsReport report) {
        var out = new StringBuilder(
                "<div class=\"scroll\"><table><thead><tr><th>Fold</th><th class=\"n\">Epochs</th>"
                        + "<th class=\"n\">Training loss</th><th class=\"n\">Held-out loss</th><th class=\"n\">Held-out accuracy</th>"
                        + "<th class=\"n\">Test accuracy</th><th class=\"n\">Incidents</th><th>Weights</th></tr></thead><tbody>\n");
        report.folds().forEach(fold -> row(out, fold, report));
        return ReportPage.section(
                "folds", "Each fold", out.append("</tbody></table></div>\n").toString());
    }

    private static void row(StringBuilder out, Fold f, FoldsReport report) {
        String mark = f.fold() == report.bestFold() ? " (best)" : f.fold() == report.worstFold() ? " (worst)" : "";
        out.append("<tr><td><a href=\"").append(Html.escape(f.folder())).append("/report.html\">Fold ");
        out.append(f.fold()).append("</a>").append(mark).append("</td>");
        cell(out, Figures.count(f.epochs()));
        cell(out, Figures.number(f.trainLoss()));
        cell(out, Figures.number(f.heldOutLoss()));
        cell(out, Figures.percent(f.heldOutAccuracy()));
        cell(out, Figures.percent(f.testAccuracy()));
        cell(out, Figures.count(f.incidents()));
        out.append("<td><code>").append(Html.clip(f.weightsSha256(), 16)).append("</code></td></tr>\n");
    }

    private static void cell(StringBuilder out, String words) {
        out.append("<td class=\"n\">").append(words).append("</td>");
    }
}
