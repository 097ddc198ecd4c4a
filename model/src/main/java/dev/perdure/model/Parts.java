package dev.perdure.model;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.format.Safetensors;
import dev.perdure.model.GuardProfile.Feature;
import dev.perdure.model.Manifest.Role;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The binary parts of a bundle: which object holds which tensors, under which names. */
final class Parts {
    static final String INPUT = "input/";
    static final String OUTPUT = "output/";
    static final String GUARD = "guard/";
    static final String GUARD_IMAGE = "guard-image";
    static final String WHITENING = "inner-whitening";
    static final String CENTRES = "inner-centres";
    static final String DRIFT = "drift/";
    static final String EMBEDDING = "embedding/";

    private final Map<Role, SequencedMap<String, TensorData>> tensors = new EnumMap<>(Role.class);
    private @Nullable MemorySegment program;
    private @Nullable MemorySegment onnx;

    /** Returns the bytes of each object that a bundle needs, in pieces. */
    static SequencedMap<Role, List<MemorySegment>> of(Bundle bundle) {
        var parts = new LinkedHashMap<Role, List<MemorySegment>>();
        if (!bundle.weights().isEmpty()) {
            parts.put(Role.WEIGHTS, Safetensors.pieces(bundle.weights()));
        }
        parts.put(Role.PROGRAM, List.of(bundle.program().bytes()));
        bundle.onnx().ifPresent(file -> parts.put(Role.ONNX, List.of(file)));
        bundle.golden().ifPresent(golden -> {
            var tensors = new TreeMap<String, TensorData>();
            golden.inputs().forEach((name, tensor) -> tensors.put(INPUT + name, tensor));
            golden.outputs().forEach((name, tensor) -> tensors.put(OUTPUT + name, tensor));
            parts.put(Role.GOLDEN, Safetensors.pieces(tensors));
        });
        SequencedMap<String, TensorData> reference = reference(bundle);
        if (!reference.isEmpty()) {
            parts.put(Role.REFERENCE, Safetensors.pieces(reference));
        }
        return parts;
    }

    private static SequencedMap<String, TensorData> reference(Bundle bundle) {
        var tensors = new TreeMap<String, TensorData>();
        bundle.guard().ifPresent(guard -> {
            for (Feature feature : guard.features()) {
                if (feature instanceof Feature.Numeric numeric) {
                    numeric.quantiles().ifPresent(sketch -> tensors.put(GUARD + feature.name(), tensor(sketch)));
                }
            }
            guard.image()
                    .flatMap(GuardProfile.Image::meanIntensities)
                    .ifPresent(sketch -> tensors.put(GUARD_IMAGE, tensor(sketch)));
            guard.inner().ifPresent(inner -> {
                tensors.put(WHITENING, inner.whitening());
                tensors.put(CENTRES, inner.centres());
            });
        });
        bundle.drift().ifPresent(drift -> {
            drift.features().forEach((name, sketch) -> tensors.put(DRIFT + name, tensor(sketch)));
            drift.embeddings().forEach((layer, values) -> tensors.put(EMBEDDING + layer, values));
        });
        return tensors;
    }

    private static TensorData tensor(QuantileSketch sketch) {
        byte[] bytes = sketch.bytes();
        return new TensorData(DType.U8, Shape.of(bytes.length), MemorySegment.ofArray(bytes));
    }

    /** Takes an object whose digest was found right. */
    void add(Role role, String name, MemorySegment bytes) throws IOException {
        switch (role) {
            case PROGRAM -> program = bytes;
            case ONNX -> onnx = bytes;
            case WEIGHTS, GOLDEN, REFERENCE -> tensors.put(role, new LinkedHashMap<>(Safetensors.view(name, bytes)));
        }
    }

    MemorySegment program() {
        if (program == null) {
            throw new IllegalArgumentException("there is no object with the role 'program'");
        }
        return program;
    }

    Optional<MemorySegment> onnx() {
        return Optional.ofNullable(onnx);
    }

    /** Takes all tensors of a role; none when there is no such object. */
    SequencedMap<String, TensorData> takeAll(Role role) {
        SequencedMap<String, TensorData> all = tensors.remove(role);
        return all == null ? new LinkedHashMap<>() : all;
    }

    /** Takes a tensor that the manifest names. */
    TensorData take(Role role, String name) {
        SequencedMap<String, TensorData> all = tensors.get(role);
        TensorData tensor = all == null ? null : all.remove(name);
        if (tensor == null) {
            throw new IllegalArgumentException(
                    "the object with the role '%s' has no tensor '%s'".formatted(role.word(), name));
        }
        return tensor;
    }

    QuantileSketch takeSketch(String name) {
        TensorData tensor = take(Role.REFERENCE, name);
        if (tensor.dtype() != DType.U8 || tensor.bytes() > QuantileSketch.BYTES_MAX) {
            throw new IllegalArgumentException("sketch '%s': %s of %d bytes (expected: U8, <= %d)"
                    .formatted(name, tensor.dtype(), tensor.bytes(), QuantileSketch.BYTES_MAX));
        }
        return QuantileSketch.ofBytes(tensor.data().toArray(ValueLayout.JAVA_BYTE));
    }

    /** Makes sure that nothing is left that the manifest does not speak of. */
    void finish() throws IOException {
        for (var left : tensors.entrySet()) {
            if (!left.getValue().isEmpty()) {
                throw new IOException("the object with the role '%s' has a tensor '%s' that the manifest does not name"
                        .formatted(
                                left.getKey().word(),
                                left.getValue().firstEntry().getKey()));
            }
        }
    }
}
