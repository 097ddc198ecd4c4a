package dev.perdure.training;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.core.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * The story of a run as one page, {@code report.html}: no network, no other files, well-formed as XML too. It is for
 * people; {@code report.json} is for programs.
 *
 * <p>Everything that comes from outside (names, evidence, warnings, the configuration) is escaped and cut to length, and
 * the page's own policy lets no other script or style run than the two it was made with. Long runs are thinned and long
 * tables cut, so that the page stays below a megabyte; what was left out is said, and stands in {@code report.json}.
 */
public final class ReportPage {
    static final String STYLE = resource("report.css");
    private static final String SCRIPT = resource("report.js");
    private static final int CONFIG_MAX = 60_000;

    private ReportPage() {}

    /**
     * Returns the page.
     *
     * @param metrics what trainers said, in the order they said it, steps that were redone included; may be empty
     * @param configYaml the resolved configuration
     */
    public static String render(RunReport report, List<TrainingEvent> metrics, String configYaml) {
        RunCurves run = RunCurves.of(metrics);
        List<IncidentMark> marks = IncidentMark.of(report.incidents(), run);
        var page = new StringBuilder(1 << 16);
        page.append(head(name(report) + " – training run"));
        page.append("<body>\n<main>\n");
        page.append(title(report));
        page.append(ReportTables.keyFigures(report));
        page.append(ReportCharts.render(report, run, marks));
        page.append(ReportTables.incidents(marks));
        page.append(ReportTables.checkpoints(report.checkpoints()));
        page.append(ledger(report));
        page.append(ReportGuards.render(report));
        page.append(ReportTables.warnings(report.warnings()));
        page.append(ReportTables.recipe(report, run.started()));
        page.append(configuration(configYaml));
        page.append(end());
        return page.toString();
    }

    /**
     * Returns another page in the same manner.
     *
     * @param eyebrow what kind of page it is
     * @param badge a word or two on how it went
     * @param lead the whole in two or three sentences
     * @param sections made by {@link #section}
     */
    public static String page(
            String eyebrow, String title, boolean good, String badge, String lead, List<String> sections) {
        return head(Html.clip(title) + " – " + Html.escape(eyebrow)) + "<body>\n<main>\n<header>\n<p class=\"eyebrow\">"
                + Html.escape(eyebrow) + "</p>\n<h1>" + Html.clip(title)
                + "</h1>\n<p class=\"lead\"><span class=\"badge "
                + (good ? "good\">✓ " : "bad\">■ ") + Html.clip(badge) + "</span> " + Html.clip(lead)
                + "</p>\n</header>\n" + String.join("", sections) + "</main>\n</body>\n</html>\n";
    }

    /** Returns a table; headings and cells are escaped and cut to length. */
    public static String table(List<String> headings, List<List<String>> rows) {
        var out = new StringBuilder("<div class=\"scroll\"><table><thead><tr>");
        headings.forEach(
                heading -> out.append("<th>").append(Html.clip(heading)).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        for (List<String> row : rows) {
            out.append("<tr>");
            row.forEach(cell -> out.append("<td>").append(Html.clip(cell)).append("</td>"));
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>\n").toString();
    }

    /** Returns all before the body; the title is escaped already. */
    static String head(String title) {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '%s'; script-src '%s'"/>
                <title>%s</title>
                <style>%s</style>
                </head>
                """.formatted(hash(STYLE), hash(SCRIPT), title, STYLE);
    }

    static String end() {
        return "</main>\n<script>" + SCRIPT + "</script>\n</body>\n</html>\n";
    }

    private static String name(RunReport report) {
        return report.name().isBlank() ? "Run without a name" : Html.clip(report.name());
    }

    private static String title(RunReport report) {
        String badge = report.finished()
                ? "<span class=\"badge good\">✓ finished</span>"
                : "<span class=\"badge bad\">■ " + Html.clip(report.outcome()) + "</span>";
        return "<header>\n<p class=\"eyebrow\">Training run</p>\n<h1>" + name(report) + "</h1>\n<p class=\"lead\">"
                + badge + " " + Html.escape(summary(report)) + "</p>\n</header>\n";
    }

    /** Returns the run in two or three sentences. */
    static String summary(RunReport report) {
        String steps = Figures.count(report.steps(), "step") + " in " + Figures.seconds(report.wallSeconds()) + ".";
        if (!report.finished()) {
            return "It stopped after " + steps + interruptions(report);
        }
        String samples = report.samplesLost() == 0 && report.samplesRepeated() == 0
                ? " No sample was lost or repeated."
                : " Samples lost: " + Figures.count(report.samplesLost()) + "; repeated: "
                        + Figures.count(report.samplesRepeated()) + ".";
        return (report.earlyStop() != null && report.earlyStop().early() ? "" : "All ")
                + steps
                + stopped(report)
                + interruptions(report)
                + samples;
    }

    private static String stopped(RunReport report) {
        return report.earlyStop() == null
                ? ""
                : " Training " + report.earlyStop().words() + ".";
    }

    private static String interruptions(RunReport report) {
        if (report.resumes() == 0) {
            return "";
        }
        return " It went on from a checkpoint "
                + (report.resumes() == 1 ? "once" : Figures.count(report.resumes()) + " times") + " and redid "
                + Figures.count(report.stepsRedone(), "step") + ".";
    }

    private static String ledger(RunReport report) {
        LedgerBar ledger = LedgerBar.of(report.ledger(), report.wallSeconds());
        return section("ledger", ledger.headline(), ledger.toHtml());
    }

    static String configuration(String yaml) {
        return section(
                "configuration",
                "What it was told to do",
                "<details><summary>The configuration, with every default filled in</summary>\n<pre>"
                        + Html.clip(yaml, CONFIG_MAX) + "</pre></details>\n");
    }

    /** Returns a section of the page; the heading is escaped, the content is not. */
    public static String section(String id, String heading, String content) {
        return "<section id=\"" + id + "\">\n<h2>" + Html.escape(heading) + "</h2>\n" + content + "</section>\n";
    }

    /** Returns a text's digest as a content policy names it. */
    static String hash(String text) {
        return "sha256-"
                + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(Digests.sha256(text.getBytes(UTF_8))));
    }

    private static String resource(String name) {
        try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new AssertionError(name + ": missing from the jar");
            }
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
