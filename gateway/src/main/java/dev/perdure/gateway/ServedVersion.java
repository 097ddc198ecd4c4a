package dev.perdure.gateway;

import dev.perdure.core.BadSettingException;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A version of a model that is served: what a gateway needs of its bundle, in memory of its own. It has no weights.
 *
 * @param id with its version
 * @param place where replicas find the bundle
 * @param digest the SHA-256 of its manifest
 * @param platform what computes, in the protocol's words
 * @param labels of the classes; empty when there are none
 * @param fallback what to answer when nothing can compute; absent when that is an error
 * @param training what inputs looked like in training
 */
public record ServedVersion(
        ModelId id,
        String place,
        String digest,
        String platform,
        ModelSignature signature,
        List<String> labels,
        GoldenSet golden,
        Optional<Fallback> fallback,
        TrainingInputs training) {
    public ServedVersion {
        if (id.version().isEmpty()) {
            throw new IllegalArgumentException("model %s: no version (expected: one)".formatted(id));
        }
        labels = List.copyOf(labels);
    }

    /** Of one whose bundle says nothing of its training's inputs. */
    public ServedVersion(
            ModelId id,
            String place,
            String digest,
            String platform,
            ModelSignature signature,
            List<String> labels,
            GoldenSet golden,
            Optional<Fallback> fallback) {
        this(id, place, digest, platform, signature, labels, golden, fallback, TrainingInputs.UNKNOWN);
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
                new GoldenSet(
                        TrainingInputs.onHeap(golden.inputs()),
                        TrainingInputs.onHeap(golden.outputs()),
                        golden.tolerance()),
                bundle.fallback(),
                TrainingInputs.of(bundle));
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
