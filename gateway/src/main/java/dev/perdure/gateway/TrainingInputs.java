package dev.perdure.gateway;

import dev.perdure.core.TensorData;
import dev.perdure.model.Bundle;
import dev.perdure.model.DriftReference;
import dev.perdure.model.GuardProfile;
import dev.perdure.model.Preprocessing;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What a bundle says of the inputs that training saw, in memory of its own. What is absent the bundle does not say.
 *
 * @param profile what to judge inputs by
 * @param preprocessing how raw values became what the model takes
 * @param reference what to compare many inputs with
 */
public record TrainingInputs(
        Optional<GuardProfile> profile, Optional<Preprocessing> preprocessing, Optional<DriftReference> reference) {
    /** Nothing is known. */
    public static final TrainingInputs UNKNOWN =
            new TrainingInputs(Optional.empty(), Optional.empty(), Optional.empty());

    /** Takes what is needed of a bundle; its memory may go when this returns. */
    static TrainingInputs of(Bundle bundle) {
        return new TrainingInputs(
                bundle.guard().map(TrainingInputs::onHeap),
                bundle.preprocessing(),
                bundle.drift()
                        .map(reference -> new DriftReference(reference.features(), onHeap(reference.embeddings()))));
    }

    static SequencedMap<String, TensorData> onHeap(SequencedMap<String, TensorData> tensors) {
        var copies = new LinkedHashMap<String, TensorData>();
        tensors.forEach((name, tensor) -> copies.put(name, onHeap(tensor)));
        return copies;
    }

    private static TensorData onHeap(TensorData tensor) {
        return new TensorData(
                tensor.dtype(),
                tensor.shape(),
                MemorySegment.ofArray(tensor.data().toArray(ValueLayout.JAVA_BYTE)));
    }

    private static GuardProfile onHeap(GuardProfile profile) {
        return profile.inner()
                .map(inner -> profile.with(new GuardProfile.Inner(
                        inner.layer(),
                        inner.output(),
                        onHeap(inner.whitening()),
                        onHeap(inner.centres()),
                        inner.threshold(),
                        inner.rate(),
                        inner.heldOut())))
                .orElse(profile);
    }
}
