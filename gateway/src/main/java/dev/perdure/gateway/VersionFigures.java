package dev.perdure.gateway;

import dev.perdure.reliability.AlwaysValidShareTest;
import dev.perdure.routing.Rollout;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How good versions are, and how newer ones take over, as figures. */
final class VersionFigures {
    private static final List<String> PHASES = List.of("loading", "shadow", "canary", "promoted", "rolled back");
    private static final String OUTPUTS = "outputs";
    private static final List<String> EVIDENCE = List.of("disagreement", "errors", "slowness", "outcomes", OUTPUTS);

    private VersionFigures() {}

    /** Returns figures of how good a version is. */
    static List<Figure> of(String model, String version, LiveQuality.Sum sum) {
        return new Figure.Those("model", model, "version", version)
                .either(
                        "perdure.outcomes",
                        "Truths that were reported and joined with an answer, by what that was.",
                        "result",
                        "right",
                        sum.right(),
                        "wrong",
                        sum.reported() - sum.right())
                .gauge(
                        "perdure.live.accuracy.ratio",
                        "Accuracy by the last 500 truths that were reported.",
                        sum.recent())
                .gauge(
                        "perdure.live.calibration.error.ratio",
                        "Expected calibration error by all truths that were reported.",
                        sum.calibration())
                .either(
                        "perdure.comparisons",
                        "Answers to an input that another version answered too, by whether they agreed.",
                        "result",
                        "agreed",
                        sum.compared() - sum.disagreed(),
                        "differed",
                        sum.disagreed())
                .all();
    }

    /** Returns figures of a newer version on its way to take over, or of what was decided about it. */
    static List<Figure> of(RolloutReport report) {
        var those = new Figure.Those(
                "model",
                report.candidate().name(),
                "version",
                report.candidate().version().orElse(""));
        for (String phase : PHASES) {
            those.gauge(
                    "perdure.rollout.stage",
                    "1 for where a newer version is on its way to take over.",
                    report.phase().equals(phase) ? 1 : 0,
                    "stage",
                    phase.replace(' ', '_'));
        }
        those.gauge("perdure.rollout.share.ratio", "Share of requests that it answers.", report.share());
        for (String evidence : EVIDENCE) {
            evidence(those, evidence, report.rollout().flatMap(rollout -> test(rollout, evidence)));
        }
        return those.all();
    }

    /** Of outputs' bins, of which there may be many, that counts which says most. */
    private static Optional<AlwaysValidShareTest> test(Rollout rollout, String evidence) {
        return rollout.tests().entrySet().stream()
                .filter(entry -> entry.getKey().equals(evidence)
                        || (evidence.equals(OUTPUTS) && !EVIDENCE.contains(entry.getKey())))
                .map(Map.Entry::getValue)
                .min(Comparator.comparingDouble(AlwaysValidShareTest::pValue));
    }

    private static void evidence(Figure.Those those, String evidence, Optional<AlwaysValidShareTest> test) {
        those.size(
                        "perdure.rollout.cases",
                        "Cases that were looked at for and against it.",
                        test.map(AlwaysValidShareTest::cases).orElse(0L),
                        "evidence",
                        evidence)
                .size(
                        "perdure.rollout.cases.against",
                        "Those that speak against it.",
                        test.map(AlwaysValidShareTest::happened).orElse(0L),
                        "evidence",
                        evidence)
                .gauge(
                        "perdure.rollout.p.value",
                        "The chance of so much against it if there were nothing.",
                        test.map(AlwaysValidShareTest::pValue).orElse(1.0),
                        "evidence",
                        evidence);
    }
}
