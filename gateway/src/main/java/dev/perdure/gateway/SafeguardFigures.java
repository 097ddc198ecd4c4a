package dev.perdure.gateway;

import dev.perdure.guard.Action;
import dev.perdure.guard.DriftReport;
import dev.perdure.guard.DriftReport.Evidence;
import dev.perdure.guard.Surprise;
import dev.perdure.recall.Recall;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** What guard, drift and known answers have to say, as figures. */
final class SafeguardFigures {
    /** Of more tests than this, only those that alarm have figures of their own, and of these no more. */
    static final int TESTS_MAX = 32;

    private SafeguardFigures() {}

    /** Returns figures of a version's guard: features are no labels, since there may be hundreds; the page has them. */
    static List<Figure> of(GuardReport report) {
        var those = of(report.model().name(), report.model().version())
                .gauge(
                        "perdure.guard.watched",
                        "Whether inputs are judged.",
                        report.absence().isEmpty() ? 1 : 0)
                .count("perdure.guard.items", "Items that were judged.", report.items())
                .count("perdure.guard.rejected.items", "Items that were not to be computed.", report.rejectedItems())
                .either(
                        "perdure.guard.requests",
                        "Requests of which something was clipped or imputed, or that were refused for what they asked.",
                        "result",
                        "changed",
                        report.changedRequests(),
                        "refused",
                        report.refusedRequests());
        for (Surprise surprise : Surprise.values()) {
            for (Action action : surprise.possible()) {
                those.count(
                        "perdure.guard.findings",
                        "Values of items that were not expected, by what was done about them.",
                        report.counts().stream()
                                .filter(count -> count.surprise() == surprise && count.action() == action)
                                .mapToLong(GuardReport.Count::items)
                                .sum(),
                        "surprise",
                        surprise.word(),
                        "action",
                        action.name().toLowerCase(Locale.ROOT));
            }
        }
        return those.all();
    }

    private static Figure.Those of(String model, Optional<String> version) {
        return new Figure.Those("model", model, "version", version.orElse(""));
    }

    /** Returns figures of a version's drift. */
    static List<Figure> of(DriftLook look) {
        var those = of(look.model().name(), look.model().version())
                .gauge(
                        "perdure.drift.watched",
                        "Whether inputs are watched for drift.",
                        look.absence().isEmpty() ? 1 : 0)
                .either(
                        "perdure.drift.items",
                        "Items, by whether they were looked at.",
                        "result",
                        "taken",
                        look.taken(),
                        "left_out",
                        look.leftOut())
                .count("perdure.drift.windows", "Windows of items that were compared with training.", look.windows())
                .count("perdure.drift.alarms", "Windows in which a test alarmed.", look.alarms())
                .size(
                        "perdure.drift.features",
                        "Features that drift now.",
                        look.drifting().size())
                .gauge(
                        "perdure.drift.last.window.timestamp.seconds",
                        "When the last window was full.",
                        look.lookedAt()
                                .map(at -> OptionalDouble.of(at.toEpochMilli() / 1e3))
                                .orElse(OptionalDouble.empty()));
        look.last().ifPresent(report -> last(those, report));
        return those.all();
    }

    private static void last(Figure.Those those, DriftReport report) {
        those.gauge(
                "perdure.drift.lowest.p.value",
                "The lowest p-value of all tests in the last window.",
                report.evidence().stream().mapToDouble(Evidence::pValue).min());
        boolean areFew = report.evidence().size() <= TESTS_MAX;
        (areFew ? report.evidence() : report.alarms()).stream().limit(TESTS_MAX).forEach(evidence -> {
            String[] labels = {"feature", evidence.feature(), "test", evidence.test()};
            those.gauge("perdure.drift.p.value", "A test's p-value in the last window.", evidence.pValue(), labels)
                    .gauge("perdure.drift.statistic", "What it computed.", evidence.statistic(), labels);
        });
    }

    /** Returns figures of known answers, of all models together. */
    static List<Figure> of(Recall.Counts counts) {
        return new Figure.Those()
                .size("perdure.known.answers", "Answers that are kept, about.", counts.kept())
                .size("perdure.known.answers.bytes", "Memory that they take, about.", counts.bytes())
                .either(
                        "perdure.known.answers.lookups",
                        "How often one was asked for, by whether it was there.",
                        "result",
                        "found",
                        counts.found(),
                        "missed",
                        counts.missed())
                .count(
                        "perdure.known.answers.forgotten",
                        "Answers that were taken back, since they are not to be believed.",
                        counts.forgotten())
                .either(
                        "perdure.known.answers.writes",
                        "Answers for the disk, by whether it took them.",
                        "result",
                        "written",
                        counts.written(),
                        "lost",
                        counts.notWritten())
                .all();
    }
}
