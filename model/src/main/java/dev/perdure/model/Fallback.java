package dev.perdure.model;

import java.util.List;
import java.util.SequencedMap;

/**
 * What is answered when nothing can compute.
 *
 * @param reason why this answer, for people: such as {@code most frequent label}
 * @param outputs the elements of one sample's answer, for each output of the signature
 */
public record Fallback(String reason, SequencedMap<String, List<Double>> outputs) {
    public Fallback {
        Checks.name("fallback: reason", reason);
        outputs = Checks.copy(outputs);
    }
}
