package dev.perdure.training;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a report tells in figures, tables and words. */
final class ReportTables {
    private static final int ROWS_FIRST = 10;
    private static final int ROWS_LAST = 140;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm:ss 'UTC'", Locale.UK)
            .withZone(ZoneOffset.UTC);

    private ReportTables() {}

    static String keyFigures(RunReport r) {
        boolean done = r.finished();
        var out = new StringBuilder("<dl class=\"figures big\">\n");
        figure(out, "Held-out accuracy", Figures.percent(r.heldOutAccuracy()));
        figure(out, "Held-out loss", Figures.number(r.heldOutLoss()));
        figure(out, "Test accuracy", Figures.percent(r.testAccuracy()));
        figure(out, "Wall time", Figures.seconds(r.wallSeconds()));
        out.append("</dl>\n<dl class=\"figures\">\n");
        figure(out, "Epochs", Figures.count(r.epochs()));
        figure(out, "Steps", Figures.count(r.steps()));
        figure(out, "Steps redone", Figures.count(r.stepsRedone()));
        figure(out, "Resumes", Figures.count(r.resumes()));
        figure(out, "Samples seen", done ? Figures.count(r.samplesSeen()) : Figures.NONE);
        figure(out, "Samples lost", done ? Figures.count(r.samplesLost()) : Figures.NONE);
        figure(out, "Samples repeated", done ? Figures.count(r.samplesRepeated()) : Figures.NONE);
        figure(out, "Training loss", Figures.number(r.trainLoss()));
        out.append("</dl>\n");
        return out.append(weights(r.weightsSha256())).toString();
    }

    private static void figure(StringBuilder out, String name, String value) {
        out.append("<div><dt>").append(name).append("</dt><dd>").append(value).append("</dd></div>\n");
    }

    private static String weights(String sha256) {
        String value = sha256.isEmpty()
                ? "<span class=\"note\">– (known when the run has finished)</span>"
                : "<code id=\"sha\">" + Html.clip(sha256)
                        + "</code> <button id=\"copy\" hidden=\"hidden\">Copy</button>";
        return "<p class=\"sha\"><span>SHA-256 of the weights</span> " + value + "</p>\n";
    }

    static String incidents(List<IncidentMark> marks) {
        if (marks.isEmpty()) {
            return ReportPage.section("incidents", "No incident", "<p class=\"note\">No fault was noticed.</p>\n");
        }
        var out = new StringBuilder("<ol class=\"incidents\">\n");
        List<IncidentMark> shown = ReportCharts.tail(marks, ROWS_LAST);
        shown.forEach(mark -> incident(out, mark));
        out.append("</ol>\n").append(leftOut(marks.size() - shown.size(), "earlier incident"));
        return ReportPage.section("incidents", incidentsHeading(marks), out.toString());
    }

    private static String incidentsHeading(List<IncidentMark> marks) {
        long open = marks.stream().filter(m -> m.incident().isOpen()).count();
        String count = Figures.count(marks.size(), "incident");
        if (open == 0) {
            return count + (marks.size() == 1 ? ", recovered from" : ", all recovered from");
        }
        return count + ", " + Figures.count(open) + " not recovered from";
    }

    private static void incident(StringBuilder out, IncidentMark mark) {
        Incident i = mark.incident();
        out.append("<li value=\"")
                .append(mark.number())
                .append("\"><span class=\"number\">")
                .append(mark.number());
        out.append("</span><div><h3>").append(Html.clip(mark.title()));
        if (mark.hasStep()) {
            out.append(" at step ").append(Figures.count(mark.step()));
        }
        out.append("</h3>\n<p class=\"note\">").append(time(i.at())).append("</p>\n<dl class=\"told\">");
        told(out, "Seen", i.evidence());
        told(out, "Done", i.action());
        told(out, "Because", i.reason());
        if (!i.alternatives().isEmpty()) {
            told(out, "Weighed", weighed(i));
        }
        told(out, "Noticed", noticed(i.detectMillis()));
        told(out, "Recovered", i.isOpen() ? "not yet" : Figures.millis(i.recoverMillis()) + " after it was noticed");
        out.append("</dl></div></li>\n");
    }

    private static String weighed(Incident incident) {
        return incident.alternatives().stream()
                .map(a -> a.refused().isEmpty()
                        ? "%s (%s, helps in %d %%)"
                                .formatted(a.what(), Figures.seconds(a.seconds()), Math.round(100 * a.chance()))
                        : "%s (no: %s)".formatted(a.what(), a.refused()))
                .collect(Collectors.joining("; "));
    }

    private static String noticed(double millis) {
        return Double.isFinite(millis) ? "at most " + Figures.millis(millis) + " after it happened" : Figures.NONE;
    }

    private static void told(StringBuilder out, String name, String words) {
        out.append("<div><dt>")
                .append(name)
                .append("</dt><dd>")
                .append(words.isBlank() ? Figures.NONE : Html.clip(words));
        out.append("</dd></div>");
    }

    private static String time(String iso) {
        try {
            return "<time datetime=\"" + Html.escape(iso) + "\">" + TIME.format(Instant.parse(iso)) + "</time>";
        } catch (DateTimeParseException e) {
            return Html.clip(iso);
        }
    }

    static String checkpoints(List<RunReport.Checkpoint> all) {
        if (all.isEmpty()) {
            return ReportPage.section("checkpoints", "No checkpoint", "<p class=\"note\">None was saved.</p>\n");
        }
        var out = new StringBuilder("<div class=\"scroll\"><table><thead><tr><th>Step</th>"
                + "<th class=\"n\">Written</th><th class=\"n\">Reused</th><th class=\"n\">Training waited</th>"
                + "<th class=\"n\">Durable after</th></tr></thead><tbody>\n");
        int cut = all.size() - ROWS_FIRST - ROWS_LAST;
        for (int i = 0; i < all.size(); i++) {
            if (cut <= 0 || i < ROWS_FIRST || i >= all.size() - ROWS_LAST) {
                row(out, all.get(i));
            } else if (i == ROWS_FIRST) {
                out.append("<tr><td class=\"note\" colspan=\"5\">… ").append(Figures.count(cut));
                out.append(" more, all in report.json …</td></tr>\n");
            }
        }
        return ReportPage.section(
                "checkpoints",
                heading(all),
                out.append("</tbody></table></div>\n").toString());
    }

    private static String heading(List<RunReport.Checkpoint> all) {
        long written =
                all.stream().mapToLong(RunReport.Checkpoint::bytesWritten).sum();
        double stall =
                all.stream().mapToDouble(RunReport.Checkpoint::stallMillis).sum();
        return Figures.count(all.size(), "checkpoint") + ", " + Figures.bytes(written) + " written; training waited "
                + Figures.millis(stall) + " in all";
    }

    private static void row(StringBuilder out, RunReport.Checkpoint c) {
        out.append("<tr><td>").append(Figures.count(c.step())).append("</td>");
        for (String cell : List.of(
                Figures.bytes(c.bytesWritten()),
                Figures.bytes(c.bytesReused()),
                Figures.millis(c.stallMillis()),
                Figures.millis(c.durableMillis()))) {
            out.append("<td class=\"n\">").append(cell).append("</td>");
        }
        out.append("</tr>\n");
    }

    static String warnings(List<String> warnings) {
        if (warnings.isEmpty()) {
            return "";
        }
        var out = new StringBuilder("<ul class=\"warnings\">\n");
        List<String> shown = warnings.subList(0, Math.min(ROWS_LAST, warnings.size()));
        shown.forEach(w -> out.append("<li>").append(Html.clip(w)).append("</li>\n"));
        out.append("</ul>\n").append(leftOut(warnings.size() - shown.size(), "warning"));
        return ReportPage.section("warnings", Figures.count(warnings.size(), "warning"), out.toString());
    }

    private static String leftOut(int count, String noun) {
        return count <= 0
                ? ""
                : "<p class=\"note\">Not shown: " + Figures.count(count, noun) + ". All stand in report.json.</p>\n";
    }

    static String recipe(RunReport r, TrainingEvent.@Nullable Started started) {
        var out = new StringBuilder("<dl class=\"told facts\">");
        told(out, "Engine", r.engine());
        told(out, "Data", r.dataDigest());
        told(out, "Parameters", r.parameters() > 0 ? Figures.count(r.parameters()) : "");
        if (started != null) {
            told(
                    out,
                    "Samples",
                    Figures.count(started.trainSamples()) + " to train on, " + Figures.count(started.heldOutSamples())
                            + " held out");
            told(
                    out,
                    "Planned",
                    Figures.count(started.steps(), "step") + ", " + Figures.count(started.stepsPerEpoch())
                            + " an epoch");
        }
        return ReportPage.section(
                "recipe", "What it was made of", out.append("</dl>\n").toString());
    }
}
