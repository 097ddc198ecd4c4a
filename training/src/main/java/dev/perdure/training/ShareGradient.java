package dev.perdure.training;

import dev.perdure.core.TensorData;
import java.util.List;
import java.util.Optional;

/**
 * What one member computed of a step, before the others' parts are added. Its memory is the {@link StepComputer}'s, until
 * that computes again.
 *
 * @param sums of each subtree in its share; absent where all microbatches are empty
 * @param whole where the whole gradient may be put; may be the memory of one of the sums
 * @param microbatches what its own, as far as they have samples, gave
 */
public record ShareGradient(List<Optional<TensorData>> sums, TensorData whole, List<MicrobatchResult> microbatches) {
    public ShareGradient {
        sums = List.copyOf(sums);
        microbatches = List.copyOf(microbatches);
    }
}
