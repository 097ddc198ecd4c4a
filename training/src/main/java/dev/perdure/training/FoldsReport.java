package dev.perdure.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.perdure.reliability.Interval;
import dev.perdure.reliability.MeanEstimate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The result of a cross-validation: {@code report.json} of a run with folds. A number that is none is NaN here and null
 * there.
 *
 * @param heldOutAccuracy nothing for a regression
 * @param bestFold by held-out loss, as is the worst; counting from 1
 * @param wallSeconds of all folds together
 */
public record FoldsReport(
        String name,
        List<Fold> folds,
        @Nullable Estimate heldOutLoss,
        @Nullable Estimate heldOutAccuracy,
        @Nullable Estimate testLoss,
        @Nullable Estimate testAccuracy,
        int bestFold,
        int worstFold,
        double wallSeconds) {
    /** The confidence of the intervals. */
    public static final double LEVEL = 0.95;

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .addModule(FiniteNumbers.module())
            .build();

    public FoldsReport {
        folds = List.copyOf(folds);
    }

    /**
     * A fold's run.
     *
     * @param fold from 1
     * @param folder of the run, below that of the cross-validation
     */
    public record Fold(
            int fold,
            String folder,
            long epochs,
            double trainLoss,
            double heldOutLoss,
            double heldOutAccuracy,
            double testLoss,
            double testAccuracy,
            int incidents,
            String weightsSha256) {}

    /**
     * A figure over all folds.
     *
     * @param deviation the standard deviation between folds
     * @param low the lower end of Student's interval of the mean at {@link #LEVEL}, as {@code high} is the upper; too narrow,
     *     as folds are not independent (see {@link MeanEstimate})
     */
    public record Estimate(double mean, double deviation, double low, double high) {}

    /** Sums up the reports of all folds, in order; all have finished. */
    public static FoldsReport of(String name, List<RunReport> reports) {
        var folds = new ArrayList<Fold>();
        for (RunReport r : reports) {
            int fold = folds.size() + 1;
            folds.add(new Fold(
                    fold,
                    "fold-" + fold,
                    r.epochs(),
                    r.trainLoss(),
                    r.heldOutLoss(),
                    r.heldOutAccuracy(),
                    r.testLoss(),
                    r.testAccuracy(),
                    r.incidents().size(),
                    r.weightsSha256()));
        }
        Comparator<Fold> byLoss = Comparator.comparingDouble(Fold::heldOutLoss);
        return new FoldsReport(
                name,
                folds,
                estimate(folds, Fold::heldOutLoss),
                estimate(folds, Fold::heldOutAccuracy),
                estimate(folds, Fold::testLoss),
                estimate(folds, Fold::testAccuracy),
                folds.stream().min(byLoss).orElseThrow().fold(),
                folds.stream().max(byLoss).orElseThrow().fold(),
                reports.stream().mapToDouble(RunReport::wallSeconds).sum());
    }

    /** Returns nothing when a fold lacks the figure. */
    private static @Nullable Estimate estimate(List<Fold> folds, ToDoubleFunction<Fold> figure) {
        double[] values = folds.stream().mapToDouble(figure).toArray();
        for (double value : values) {
            if (!Double.isFinite(value)) {
                return null;
            }
        }
        return MeanEstimate.of(Arrays.stream(values).boxed().toList())
                .map(FoldsReport::estimate)
                .orElse(null);
    }

    private static Estimate estimate(MeanEstimate mean) {
        Interval interval = mean.interval(LEVEL)
                .orElseGet(() -> new Interval(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, LEVEL));
        return new Estimate(mean.mean(), mean.deviation(), interval.low(), interval.high());
    }

    public String toJson() {
        try {
            return MAPPER.writeValueAsString(this) + "\n";
        } catch (JsonProcessingException e) {
            throw new AssertionError("reports are plain records", e);
        }
    }

    public static FoldsReport read(Path file) throws IOException {
        return MAPPER.readValue(file.toFile(), FoldsReport.class);
    }

    /** Writes it into a run's folder, for programs and for people. */
    public void write(RunFolder folder, RunConfig config) throws IOException {
        RunFolder.write(folder.reportJson(), toJson());
        RunFolder.write(folder.reportHtml(), FoldsPage.render(this, config.toYaml()));
    }
}
