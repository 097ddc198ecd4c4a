package dev.perdure.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.engine.Layer;
import dev.perdure.engine.Layer.Initializer;
import dev.perdure.engine.Port;
import dev.perdure.export.OnnxExport;
import dev.perdure.model.Bundle;
import dev.perdure.model.Bundles;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.ModelSignature;
import dev.perdure.model.Program;
import dev.perdure.model.Provenance;
import dev.perdure.model.SigningKey;
import dev.perdure.model.TensorSpec;
import dev.perdure.model.Tolerance;
import dev.perdure.store.LocalObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** A bundle of so much weight that answers nothing but zeros: one dense layer. */
final class BigModel {
    private static final int FLOATS_PER_MEBIBYTE = (1 << 20) / Float.BYTES;

    private BigModel() {}

    /** Writes it to a folder that is empty or not there. */
    static void write(Path place, String name, int megabytes, SigningKey key) throws IOException {
        int size = (int) Math.sqrt((double) megabytes * FLOATS_PER_MEBIBYTE);
        try (Arena arena = Arena.ofShared()) {
            var weights = new LinkedHashMap<String, TensorData>();
            weights.put("fc.weight", TensorData.allocate(arena, DType.F32, Shape.of(size, size)));
            weights.put("fc.bias", TensorData.allocate(arena, DType.F32, Shape.of(size)));
            List<Layer> layers = List.of(new Layer.Dense("fc", size, true, Initializer.DEFAULT));
            var inputs = new LinkedHashMap<String, TensorData>();
            var outputs = new LinkedHashMap<String, TensorData>();
            inputs.put("x", TensorData.allocate(arena, DType.F32, Shape.of(1, size)));
            outputs.put("y", TensorData.allocate(arena, DType.F32, Shape.of(1, size)));
            var bundle = new Bundle(
                    name,
                    "1",
                    Instant.EPOCH,
                    new ModelSignature(
                            List.of(TensorSpec.of("x", DType.F32, size)), List.of(TensorSpec.of("y", DType.F32, size))),
                    List.of(),
                    Optional.empty(),
                    new Program(
                            Program.Format.LAYERS,
                            MemorySegment.ofArray("layers:\n  - dense: {name: fc, out: %d}\n"
                                    .formatted(size)
                                    .getBytes(UTF_8))),
                    Optional.of(OnnxExport.write(
                            layers, Port.of("x", DType.F32, size), Port.of("y", DType.F32, size), weights, arena)),
                    weights,
                    Optional.of(new GoldenSet(inputs, outputs, new Tolerance(1e-5, 1e-5))),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    new Provenance(
                            "fault injection",
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            new LinkedHashMap<>()));
            Bundles.at(new LocalObjectStore(place)).write(bundle, key);
        }
    }
}
