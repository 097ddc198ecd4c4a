package dev.perdure.oip;

import java.util.List;

/**
 * How a model is run.
 *
 * @param batchMax the most items of one execution; 0 when the model has no dimension of items, which shapes here are
 *     without
 */
public record ModelConfig(
        String name,
        String platform,
        String backend,
        int batchMax,
        List<TensorMetadata> inputs,
        List<TensorMetadata> outputs) {

    public ModelConfig {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        if (batchMax < 0) {
            throw new IllegalArgumentException("batchMax: %d (expected: >= 0)".formatted(batchMax));
        }
    }
}
