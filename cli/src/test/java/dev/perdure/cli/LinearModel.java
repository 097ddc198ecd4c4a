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
import dev.perdure.model.DriftReference;
import dev.perdure.model.Fallback;
import dev.perdure.model.GoldenSet;
import dev.perdure.model.GuardProfile;
import dev.perdure.model.ModelSignature;
import dev.perdure.model.Preprocessing;
import dev.perdure.model.Program;
import dev.perdure.model.Provenance;
import dev.perdure.model.QuantileSketch;
import dev.perdure.model.Range;
import dev.perdure.model.TensorSpec;
import dev.perdure.model.Tolerance;
import dev.perdure.oip.InferRequest;
import dev.perdure.oip.InferResponse;
import dev.perdure.oip.ModelId;
import dev.perdure.oip.Tensor;
import dev.perdure.store.LocalObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A model whose right answers are known here: {@code y = a ± (x₀ + x₁, x₀ - x₁)}, in a bundle with an ONNX file.
 *
 * @param a what tells versions apart
 * @param sign of all weights but {@code a}
 */
record LinearModel(String name, String version, float a, float sign) {
    private static final int SIZE = 2;

    LinearModel(String name, String version, float a) {
        this(name, version, a, 1);
    }

    /** Returns the input of this number: no two are equal. */
    static float[] input(int number) {
        return new float[] {number, (number % 7) / 8f};
    }

    /** Returns the right answer; every value on the way is exact. */
    float[] answer(float[] x) {
        return new float[] {a + sign * (x[0] + x[1]), a + sign * (x[0] - x[1])};
    }

    static InferRequest request(ModelId model, float... x) {
        return new InferRequest(model, List.of(Tensor.of("x", Shape.of(x.length / SIZE, SIZE), x)));
    }

    /** Returns what is wrong with an answer to {@link #input}; nothing when it is right. */
    Optional<String> wrong(int number, InferResponse response) {
        float[] right = answer(input(number));
        float[] given = values(response);
        return Arrays.equals(right, given)
                ? Optional.empty()
                : Optional.of("%s (expected: %s)".formatted(Arrays.toString(given), Arrays.toString(right)));
    }

    static float[] values(InferResponse response) {
        return response.outputs().getFirst().data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    private SequencedMap<String, TensorData> weights() {
        var weights = new LinkedHashMap<String, TensorData>();
        weights.put("fc.weight", TensorData.of(Shape.of(SIZE, SIZE), sign, sign, sign, -sign));
        weights.put("fc.bias", TensorData.of(Shape.of(SIZE), a, a));
        return weights;
    }

    private GoldenSet golden() {
        int samples = 6;
        float[] x = new float[SIZE * samples];
        float[] y = new float[SIZE * samples];
        for (int i = 0; i < samples; i++) {
            System.arraycopy(input(i), 0, x, SIZE * i, SIZE);
            System.arraycopy(answer(input(i)), 0, y, SIZE * i, SIZE);
        }
        var inputs = new LinkedHashMap<String, TensorData>();
        var outputs = new LinkedHashMap<String, TensorData>();
        inputs.put("x", TensorData.of(Shape.of(samples, SIZE), x));
        outputs.put("y", TensorData.of(Shape.of(samples, SIZE), y));
        return new GoldenSet(inputs, outputs, new Tolerance(1e-5, 1e-5));
    }

    /** Writes {@code NAME/VERSION/} below the folder, unsigned, for processes that are about to begin. */
    void write(Path models, Optional<Fallback> fallback) throws IOException, InterruptedException {
        Archives.use();
        write(models, fallback, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The same for who makes archives; returns where the bundle is. */
    Path writePlain(Path models) throws IOException {
        write(models, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        return models.resolve(name).resolve(version);
    }

    /** Writes one that says what it was trained with: both inputs from 0 to 100, equally often. */
    void writeWatched(Path models) throws IOException, InterruptedException {
        Archives.use();
        var sketch = new QuantileSketch.Builder();
        for (int i = 0; i <= 400; i++) {
            sketch.add(i / 4.0);
        }
        QuantileSketch values = sketch.build();
        var features = new LinkedHashMap<String, QuantileSketch>();
        features.put("x0", values);
        features.put("x1", values);
        List<GuardProfile.Feature> profile = features.sequencedKeySet().stream()
                .<GuardProfile.Feature>map(
                        name -> new GuardProfile.Feature.Numeric(name, 0, new Range(0, 100), Optional.of(values)))
                .toList();
        write(
                models,
                Optional.empty(),
                Optional.of(new Preprocessing(List.of())),
                Optional.of(new GuardProfile(401, profile, Optional.empty())),
                Optional.of(new DriftReference(features, new LinkedHashMap<>())));
    }

    private void write(
            Path models,
            Optional<Fallback> fallback,
            Optional<Preprocessing> preprocessing,
            Optional<GuardProfile> guard,
            Optional<DriftReference> drift)
            throws IOException {
        try (Arena arena = Arena.ofShared()) {
            List<Layer> layers = List.of(new Layer.Dense("fc", SIZE, true, Initializer.DEFAULT));
            var bundle = new Bundle(
                    name,
                    version,
                    Instant.parse("2026-11-21T10:00:00Z"),
                    new ModelSignature(
                            List.of(TensorSpec.of("x", DType.F32, SIZE)), List.of(TensorSpec.of("y", DType.F32, SIZE))),
                    List.of("sum", "difference"),
                    preprocessing,
                    new Program(
                            Program.Format.LAYERS,
                            MemorySegment.ofArray("layers:\n  - dense: {name: fc, out: 2}\n".getBytes(UTF_8))),
                    Optional.of(OnnxExport.write(
                            layers, Port.of("x", DType.F32, SIZE), Port.of("y", DType.F32, SIZE), weights(), arena)),
                    weights(),
                    Optional.of(golden()),
                    guard,
                    drift,
                    Optional.empty(),
                    fallback,
                    Optional.empty(),
                    new Provenance(
                            "test",
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            new LinkedHashMap<>()));
            Bundles.at(new LocalObjectStore(models.resolve(name).resolve(version)))
                    .write(bundle, null);
        }
    }
}
