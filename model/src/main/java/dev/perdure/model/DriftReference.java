package dev.perdure.model;

import dev.perdure.core.TensorData;
import java.util.SequencedMap;

/**
 * What inputs looked like, to find out later whether they still do.
 *
 * @param features quantiles of each feature
 * @param embeddings what inner layers gave for some samples, by layer: {@code [samples, values]}
 */
public record DriftReference(
        SequencedMap<String, QuantileSketch> features, SequencedMap<String, TensorData> embeddings) {
    public DriftReference {
        features = Checks.copy(features);
        embeddings = Checks.copy(embeddings);
        features.keySet().forEach(name -> Checks.name("drift: feature", name));
        embeddings.forEach((layer, values) -> {
            Checks.name("drift: layer", layer);
            if (values.shape().dimensions() != 2) {
                throw new IllegalArgumentException(
                        "drift: layer '%s': shape %s (expected: [samples, values])".formatted(layer, values.shape()));
            }
        });
    }
}
