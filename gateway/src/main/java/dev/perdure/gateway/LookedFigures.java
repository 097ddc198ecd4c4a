package dev.perdure.gateway;

import dev.perdure.oip.ModelId;
import dev.perdure.oip.OipException;
import dev.perdure.recall.Recall;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Figures of what a gateway counts for its pages anyhow: guard, drift, outcomes, rollouts, known answers. They are as they were
 * when {@link #look} was last called, by whoever is asked for them; until then there are none. Of a version that is not served
 * any more none is left.
 */
public final class LookedFigures {
    private final Gateway gateway;
    private final Recall recall;
    private final FigureBoard board;

    /** @param recall where the gateway's known answers are */
    public LookedFigures(Gateway gateway, Recall recall, MeterRegistry registry) {
        this.gateway = gateway;
        this.recall = recall;
        this.board = new FigureBoard(registry);
    }

    /** Brings all figures up to date. By any thread. */
    public synchronized void look() {
        var figures = new ArrayList<>(SafeguardFigures.of(recall.counts()));
        gateway.models().forEach((name, model) -> ofModel(name, model, figures));
        board.show(figures);
    }

    private void ofModel(String name, ServedModel model, List<Figure> figures) {
        figures.addAll(new Figure.Those("model", name)
                .size(
                        "perdure.outcomes.remembered",
                        "Answers that wait for the truth about them.",
                        model.outcomes().remembered())
                .all());
        Map<String, LiveQuality> qualities = model.outcomes().byVersion();
        for (String version : model.versions().named().keySet()) {
            try {
                figures.addAll(SafeguardFigures.of(gateway.guard(ModelId.of(name, version))));
                figures.addAll(SafeguardFigures.of(gateway.drift(ModelId.of(name, version))));
            } catch (OipException _) {
                continue; // it was taken away just now
            }
            figures.addAll(VersionFigures.of(
                    name,
                    version,
                    qualities.getOrDefault(version, new LiveQuality()).sum()));
        }
        rollouts(model).forEach(report -> figures.addAll(VersionFigures.of(report)));
    }

    /** Those that are under way; when none is, the last that was decided about. */
    private static List<RolloutReport> rollouts(ServedModel model) {
        List<RolloutReport> underWay = model.underWay();
        return underWay.isEmpty() ? model.decided().stream().limit(1).toList() : underWay;
    }
}
