package dev.perdure.model;

import java.util.ArrayList;
import java.util.List;

/**
 * What a model takes and gives.
 *
 * @param inputs at least one
 * @param outputs at least one; no name is that of another input or output
 */
public record ModelSignature(List<TensorSpec> inputs, List<TensorSpec> outputs) {
    public ModelSignature {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        if (inputs.isEmpty() || outputs.isEmpty()) {
            throw new IllegalArgumentException("signature: %d inputs, %d outputs (expected: at least one of each)"
                    .formatted(inputs.size(), outputs.size()));
        }
        var all = new ArrayList<>(inputs);
        all.addAll(outputs);
        Checks.distinct("signature: tensor", all, TensorSpec::name);
    }
}
