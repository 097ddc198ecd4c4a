package dev.perdure.chaos;

import dev.perdure.chaos.ServeChaosReport.Row;
import dev.perdure.training.Figures;
import dev.perdure.training.ReportPage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A report of a campaign against served models, for people: as a page, and as lines. */
public final class ServeChaosPage {
    private static final int ROWS_MAX = 400;

    private ServeChaosPage() {}

    /** Returns the page. */
    public static String render(ServeChaosReport report) {
        List<List<String>> rows = report.rows().stream()
                .limit(ROWS_MAX)
                .map(row -> List.of(
                        row.id(),
                        row.verdict().words(),
                        millis(row.detectMillis()),
                        millis(row.ejectMillis()),
                        millis(row.replaceMillis()),
                        told(row),
                        Figures.count(row.asked()),
                        Figures.count(row.failed()),
                        Figures.count(row.wrong()),
                        Figures.count(row.late()),
                        Figures.count(row.degraded()),
                        Figures.count(row.again()),
                        Figures.count(row.again()),
                        Figures.millis(row.slowestMillis()),
                        row.who(),
                        row.how()))
                .toList();
        String note = report.rows().size() <= ROWS_MAX
                ? ""
                : "<p class=\"note\">Not shown: " + Figures.count(report.rows().size() - ROWS_MAX)
                        + " more, all in chaos.json.</p>\n";
        return ReportPage.page(
                "Fault injection into serving",
                report.name(),
                report.isGood(),
                report.isGood() ? "no request suffered" : "not as promised",
                summary(report),
                List.of(
                        ReportPage.section(
                                "faults",
                                Figures.count(report.rows().size(), "fault"),
                                ReportPage.table(
                                                List.of(
                                                        "Fault",
                                                        "Verdict",
                                                        "Detected",
                                                        "Out",
                                                        "Replaced",
                                                        "Told as",
                                                        "Asked",
                                                        "Failed",
                                                        "Wrong",
                                                        "Late",
                                                        "Degraded",
                                                        "Sent again",
                                                        "Slowest",
                                                        "Who",
                                                        "How"),
                                                rows)
                                        + note),
                        ReportPage.section("totals", "Besides", ReportPage.table(List.of("", ""), totals(report)))));
    }

    /** Returns the campaign in two or three sentences. */
    public static String summary(ServeChaosReport report) {
        long good = report.rows().stream().filter(row -> row.verdict().isGood()).count();
        return "%s befell %s in %s; %s of them ended well. %s requests were sent, %s failed, %s were answered wrongly.%s"
                .formatted(
                        Figures.count(report.rows().size(), "fault"),
                        Figures.count((long) report.gateways() * report.replicas(), "replica"),
                        Figures.seconds(report.seconds()),
                        Figures.count(good),
                        Figures.count(report.asked()),
                        Figures.count(report.failed()),
                        Figures.count(report.wrong()),
                        report.problem().isEmpty() ? "" : " It ended early: " + report.problem() + ".");
    }

    private static String told(Row row) {
        String problem = row.problem();
        String finding = row.finding().isEmpty() ? Figures.NONE : row.finding();
        return problem.isEmpty() ? finding : finding + "; " + problem;
    }

    private static String millis(@Nullable Double millis) {
        return millis == null ? Figures.NONE : Figures.millis(Math.max(0, millis));
    }

    private static List<List<String>> totals(ServeChaosReport report) {
        List<List<String>> totals = new ArrayList<>();
        totals.add(List.of("Late", Figures.count(report.late())));
        totals.add(List.of("Degraded", Figures.count(report.degraded())));
        totals.add(List.of("Processes left over", Figures.count(report.orphans())));
        totals.add(List.of("Seed", Long.toString(report.seed())));
        report.examples().forEach(example -> totals.add(List.of("Such as", example)));
        return totals;
    }

    /** Returns the report as lines for a terminal. */
    public static List<String> lines(ServeChaosReport report) {
        String format = "%-22s %9s %9s %9s  %-13s %6s %6s %5s %5s %8s %5s %8s  %s";
        List<String> lines = new ArrayList<>();
        lines.add(format.formatted(
                "fault",
                "detected",
                "out",
                "replaced",
                "told as",
                "asked",
                "failed",
                "wrong",
                "late",
                "degraded",
                "again",
                "slowest",
                "verdict"));
        for (Row row : report.rows()) {
            lines.add(format.formatted(
                    row.id(),
                    millis(row.detectMillis()),
                    millis(row.ejectMillis()),
                    millis(row.replaceMillis()),
                    row.finding().isEmpty() ? Figures.NONE : row.finding(),
                    Figures.count(row.asked()),
                    Figures.count(row.failed()),
                    Figures.count(row.wrong()),
                    Figures.count(row.late()),
                    Figures.count(row.degraded()),
                    Figures.count(row.again()),
                    Figures.millis(row.slowestMillis()),
                    row.verdict().words() + (row.problem().isEmpty() ? "" : ": " + row.problem())));
        }
        lines.add("");
        for (List<String> total : totals(report)) {
            lines.add("%-22s %s".formatted(total.get(0), total.get(1)));
        }
        lines.add("");
        lines.add(summary(report));
        return lines;
    }
}
