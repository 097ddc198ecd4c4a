package dev.perdure.oip;

import java.time.Duration;
import java.util.List;

/**
 * What a version of a model has done since it was loaded.
 *
 * @param lastInferenceMillis when it was last asked, in milliseconds since 1970; 0 for never
 * @param inferences how many items were answered
 * @param executions how often the model ran, which batches make fewer
 * @param success whole requests answered with a result
 * @param fail whole requests answered without
 * @param queue waiting to run
 * @param input inputs made ready
 * @param infer the model itself
 * @param output outputs made ready
 * @param batches by size of batch
 */
public record ModelStatistics(
        String name,
        String version,
        long lastInferenceMillis,
        long inferences,
        long executions,
        Spent success,
        Spent fail,
        Spent queue,
        Spent input,
        Spent infer,
        Spent output,
        List<Batches> batches) {

    public ModelStatistics {
        batches = List.copyOf(batches);
    }

    /** How often, and how long altogether. */
    public record Spent(long count, Duration time) {
        public static final Spent NOTHING = new Spent(0, Duration.ZERO);
    }

    /** Executions of one size. */
    public record Batches(long size, Spent input, Spent infer, Spent output) {}
}
