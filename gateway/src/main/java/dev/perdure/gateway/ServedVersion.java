package dev.perdure.gateway;

import dev.perdure.core.BadSettingException;
import dev.perdure.core.TensorData;
import dev.perdure.model.Bundle;
import dev.perdure.model.Fallback;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.ModelSignature;
import dev.perdure.model.OpenedBundle;
import dev.perdure.model.TensorSpec;
import dev.perdure.oip.Datatype;
import dev.perdure.oip.ModelConfig;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.ModelMetadata;
import dev.perdure.oip.TensorMetadata;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A version of a model that is served: what a gateway needs of its bundle, in memory of its own. It has no weights.
 *
 * @param id with its version
 * @param place where replicas find the bundle
 * @param digest the SHA-256 of its manifest
 * @param platform what computes, in the protocol's words
 * @param labels of the classes; empty when there are none
 * @param fallback what to answer when nothing can compute; absent when that is an error
 */
public record ServedVersion(
        ModelId id,
        String place,
        String digest,
        String platform,
        ModelSignature signature,
        List<String> labels,
        GoldenSet golden,
        Optional<Fallback> fallback) {
    public ServedVersion {
        if (id.version().isEmpty()) {
            throw new IllegalArgumentException("model %s: no version (expected: one)".formatted(id));
        }
        labels = List.copyOf(labels);
    }

    /**
     * Takes what is needed of a bundle that was verified; its memory may go when this returns.
     *
     * @throws BadSettingException if it has no golden set: nobody could tell a right answer from a wrong one
     */
    public static ServedVersion of(String place, OpenedBundle opened) {
        Bundle bundle = opened.bundle();
        GoldenSet golden = bundle.golden()
                .orElseThrow(() -> new BadSettingException(
                        "%s: a bundle without a golden set (expected: one with). Make it anew: perdure bundle RUN --out DIR"
                                .formatted(place)));
        return new ServedVersion(
                ModelId.of(bundle.name(), bundle.version()),
                place,
                opened.digest(),
                bundle.onnx().isPresent()
                        ? "onnx_onnxv1"
                        : bundle.program().format().word(),
                bundle.signature(),
                bundle.labels(),
                new GoldenSet(onHeap(golden.inputs()), onHeap(golden.outputs()), golden.tolerance()),
                bundle.fallback());
    }

    private static SequencedMap<String, TensorData> onHeap(SequencedMap<String, TensorData> tensors) {
        var copies = new LinkedHashMap<String, TensorData>();
        tensors.forEach((name, tensor) -> copies.put(
                name,
                new TensorData(
                        tensor.dtype(),
                        tensor.shape(),
                        MemorySegment.ofArray(tensor.data().toArray(ValueLayout.JAVA_BYTE)))));
        return copies;
    }

    String version() {
        return id.version().orElseThrow();
    }

    ModelMetadata metadata(List<String> versions) {
        return new ModelMetadata(
                id.name(), versions, platform, tensors(signature.inputs(), true), tensors(signature.outputs(), true));
    }

    ModelConfig config(int itemsMax) {
        return new ModelConfig(
                id.name(),
                platform,
                "perdure",
                itemsMax,
                tensors(signature.inputs(), false),
                tensors(signature.outputs(), false));
    }

    private static List<TensorMetadata> tensors(List<TensorSpec> specs, boolean inBatches) {
        return specs.stream().map(spec -> tensor(spec, inBatches)).toList();
    }

    private static TensorMetadata tensor(TensorSpec spec, boolean inBatches) {
        var shape = new ArrayList<Long>();
        if (inBatches) {
            shape.add(-1L);
        }
        for (long size : spec.sample().toArray()) {
            shape.add(size);
        }
        return new TensorMetadata(spec.name(), Datatype.of(spec.dtype()), shape);
    }
}
