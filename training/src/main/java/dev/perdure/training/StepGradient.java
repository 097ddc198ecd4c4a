package dev.perdure.training;

import dev.perdure.core.TensorData;
import java.util.List;

/**
 * What a step's batch gave, the same bits for every member of a group. Its memory is valid until the next step is computed.
 *
 * @param gradient of the mean loss over the batch
 * @param microbatches all that have samples, in order
 */
public record StepGradient(TensorData gradient, List<MicrobatchResult> microbatches) {
    public StepGradient {
        microbatches = List.copyOf(microbatches);
    }

    /** Returns each microbatch's statistics, in order. */
    public List<TensorData> statistics() {
        return microbatches.stream().map(MicrobatchResult::statistics).toList();
    }

    /** Returns the sum of all samples' losses, added in the order of microbatches. */
    public double lossSum() {
        double sum = 0;
        for (MicrobatchResult microbatch : microbatches) {
            sum += microbatch.lossSum();
        }
        return sum;
    }

    public long correct() {
        return microbatches.stream().mapToLong(MicrobatchResult::correct).sum();
    }

    public int samples() {
        return microbatches.stream().mapToInt(MicrobatchResult::samples).sum();
    }
}
