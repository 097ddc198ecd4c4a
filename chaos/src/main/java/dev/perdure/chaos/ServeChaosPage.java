package dev.perdure.chaos;

import dev.perdure.chaos.ServeChaosReport.Row;
import dev.perdure.training.Figures;
import dev.perdure.training.ReportPage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A report of a campaign against served models, for people: as a page, and as lines. */
public final class ServeChaosPage {
    private static final int ROWS_MAX = 400;

    /**
     * What is told of each fault.
     *
     * @param width in a terminal, negative for what begins at the left; 0 for what only the page has
     */
    private record Column(String title, int width, Function<Row, String> cell) {
        String padded(String text) {
            return ("%" + width + "s").formatted(text);
        }
    }

    private static final List<Column> COLUMNS = List.of(
            new Column("Fault", -22, Row::id),
            new Column("Verdict", -15, row -> row.verdict().words()),
            new Column("Failed", 6, row -> Figures.count(row.failed())),
            new Column("Wrong", 5, row -> Figures.count(row.wrong())),
            new Column("Late", 5, row -> Figures.count(row.late())),
            new Column("Detected", 9, row -> millis(row.detectMillis())),
            new Column("Out", 9, row -> millis(row.ejectMillis())),
            new Column("Replaced", 10, row -> millis(row.replaceMillis())),
            new Column("Degraded", 8, row -> Figures.count(row.degraded())),
            new Column("Again", 5, row -> Figures.count(row.again())),
            new Column("Slowest", 8, row -> Figures.millis(row.slowestMillis())),
            new Column("Asked", 6, row -> Figures.count(row.asked())),
            new Column("Told as", -1, ServeChaosPage::told),
            new Column("Who", 0, Row::who),
            new Column("How", 0, Row::how));

    private ServeChaosPage() {}

    /** Returns the page. */
    public static String render(ServeChaosReport report) {
        List<List<String>> rows = report.rows().stream()
                .limit(ROWS_MAX)
                .map(ServeChaosPage::cells)
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
                                                COLUMNS.stream()
                                                        .map(Column::title)
                                                        .toList(),
                                                rows)
                                        + note),
                        ReportPage.section("totals", "Besides", ReportPage.table(List.of("", ""), totals(report)))));
    }

    private static List<String> cells(Row row) {
        return COLUMNS.stream().map(column -> column.cell().apply(row)).toList();
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
        List<String> lines = new ArrayList<>();
        lines.add(line(Column::title));
        for (Row row : report.rows()) {
            lines.add(line(column -> column.cell().apply(row)));
        }
        lines.add("");
        for (List<String> total : totals(report)) {
            lines.add("%-22s %s".formatted(total.get(0), total.get(1)));
        }
        lines.add("");
        lines.add(summary(report));
        return lines;
    }

    private static String line(Function<Column, String> text) {
        return COLUMNS.stream()
                .filter(column -> column.width() != 0)
                .map(column -> column.padded(text.apply(column)))
                .collect(Collectors.joining(" "));
    }
}
