package dev.perdure.chaos;

import dev.perdure.chaos.ChaosReport.Row;
import dev.perdure.training.Figures;
import dev.perdure.training.ReportPage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A campaign's report for people: as a page, and as lines. */
public final class ChaosPage {
    private static final int ROWS_MAX = 400;
    /** What matters most comes first: a narrow window cuts the rest. */
    private static final List<Integer> PAGE_ORDER = List.of(0, 8, 4, 5, 6, 7, 1, 3, 2);

    private ChaosPage() {}

    /** Returns the page. */
    public static String render(ChaosReport report) {
        List<Row> shown =
                report.rows().subList(0, Math.min(ROWS_MAX, report.rows().size()));
        List<List<String>> rows = shown.stream()
                .map(row -> {
                    List<String> cells = cells(row);
                    return PAGE_ORDER.stream().map(cells::get).toList();
                })
                .toList();
        String note = shown.size() == report.rows().size()
                ? ""
                : "<p class=\"note\">Not shown: " + Figures.count(report.rows().size() - shown.size())
                        + " more, all in chaos.json.</p>\n";
        return ReportPage.page(
                "Fault injection",
                report.name(),
                report.isGood(),
                report.isGood() ? "nothing lost" : "not as promised",
                summary(report),
                List.of(
                        ReportPage.section(
                                "faults",
                                Figures.count(report.rows().size(), "fault"),
                                ReportPage.table(
                                                List.of(
                                                        "Fault", "Verdict", "Noticed", "Went on", "Redone", "Told as",
                                                        "Who", "After", "Where"),
                                                rows)
                                        + note),
                        ReportPage.section(
                                "totals", "What came of it", ReportPage.table(List.of("", ""), totals(report)))));
    }

    /** Returns the campaign in two or three sentences. */
    public static String summary(ChaosReport report) {
        String weights = report.isSame()
                ? "The weights are those of the undisturbed run, bit for bit."
                : report.problem().isEmpty()
                        ? "The weights are NOT those of the undisturbed run."
                        : "The run did not finish: " + report.problem() + ".";
        long good = report.rows().stream().filter(row -> row.verdict().isGood()).count();
        return "%s befell %s in %s; %s of them ended well. %s"
                .formatted(
                        Figures.count(report.rows().size(), "fault"),
                        Figures.count(report.workers(), "worker"),
                        Figures.seconds(report.seconds()),
                        Figures.count(good),
                        weights);
    }

    private static List<String> cells(Row row) {
        return List.of(
                row.id(),
                row.who(),
                row.how(),
                row.firedSeconds() == null ? Figures.NONE : Figures.seconds(row.firedSeconds()),
                millis(row.detectMillis()),
                millis(row.recoverMillis()),
                Figures.count(row.stepsRedone()),
                row.incident().isEmpty() ? Figures.NONE : row.incident(),
                row.verdict().words());
    }

    private static String millis(@Nullable Double millis) {
        return millis == null ? Figures.NONE : Figures.millis(Math.max(0, millis));
    }

    private static List<List<String>> totals(ChaosReport report) {
        List<List<String>> totals = new ArrayList<>();
        totals.add(List.of("Weights expected", report.expected()));
        totals.add(List.of("Weights", report.weightsSha256().isEmpty() ? Figures.NONE : report.weightsSha256()));
        totals.add(List.of("Samples lost", Figures.count(report.samplesLost())));
        totals.add(List.of("Samples repeated", Figures.count(report.samplesRepeated())));
        totals.add(List.of("Steps", Figures.count(report.steps())));
        totals.add(List.of("Steps redone", Figures.count(report.stepsRedone())));
        totals.add(List.of("Incidents told", Figures.count(report.incidents())));
        totals.add(List.of(
                "Incidents that no fault explains",
                Figures.count(report.unexplained().size())));
        totals.add(List.of("Processes left over", Figures.count(report.orphans())));
        totals.add(List.of("Seed", Long.toString(report.seed())));
        return totals;
    }

    /** Returns the report as lines for a terminal. */
    public static List<String> lines(ChaosReport report) {
        List<String> lines = new ArrayList<>();
        lines.add("%-28s %-16s %9s %9s %9s %7s  %-18s %s"
                .formatted("fault", "who", "after", "noticed", "went on", "redone", "told as", "verdict"));
        for (Row row : report.rows()) {
            List<String> cells = cells(row);
            lines.add("%-28s %-16s %9s %9s %9s %7s  %-18s %s"
                    .formatted(
                            cells.get(0),
                            cells.get(1),
                            cells.get(3),
                            cells.get(4),
                            cells.get(5),
                            cells.get(6),
                            cells.get(7),
                            cells.get(8)));
        }
        lines.add("");
        for (List<String> total : totals(report)) {
            lines.add("%-34s %s".formatted(total.get(0), total.get(1)));
        }
        report.unexplained().forEach(one -> lines.add("  unexplained: " + one));
        lines.add("");
        lines.add(summary(report));
        return lines;
    }
}
