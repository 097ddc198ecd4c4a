package dev.perdure.engine;

import dev.perdure.core.TensorData;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Everything an engine needs to make a model predict. All memory is read while the model is opened, and not after it.
 *
 * @param program what computes
 * @param weights parameters and buffers by PyTorch's names; empty where the program brings its own
 * @param inputs what the model takes, at least one
 * @param outputs what it gives, at least one
 */
public record ServedModel(
        ServedProgram program, SequencedMap<String, TensorData> weights, List<Port> inputs, List<Port> outputs) {
    public ServedModel {
        weights = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(weights));
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        if (inputs.isEmpty() || outputs.isEmpty()) {
            throw new IllegalArgumentException("served model: %d inputs, %d outputs (expected: at least one of each)"
                    .formatted(inputs.size(), outputs.size()));
        }
    }
}
