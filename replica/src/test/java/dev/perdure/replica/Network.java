package dev.perdure.replica;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
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
import dev.perdure.model.GuardProfile;
import dev.perdure.model.ModelSignature;
import dev.perdure.model.Program;
import dev.perdure.model.Provenance;
import dev.perdure.model.TensorSpec;
import dev.perdure.model.Tolerance;
import dev.perdure.store.LocalObjectStore;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SplittableRandom;

/**
 * A small network of two dense layers whose right answers are computed here, in bundles.
 *
 * @param seed of its weights: other seeds are other models
 */
record Network(long seed) {
    static final int IN = 4;
    static final int OUT = 3;
    private static final int HIDDEN = 16;
    private static final String LAYERS = """
            layers:
              - dense: {name: fc1, out: 16}
              - relu
              - dense: {name: fc2, out: 3}
            """;

    private static float[] random(long seed, int count) {
        var random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextDouble() * 2 - 1);
        }
        return values;
    }

    static float[] inputs(long seed, int samples) {
        return random(1000 + seed, samples * IN);
    }

    private SequencedMap<String, TensorData> weights() {
        var weights = new LinkedHashMap<String, TensorData>();
        weights.put("fc1.weight", TensorData.of(Shape.of(HIDDEN, IN), random(seed, HIDDEN * IN)));
        weights.put("fc1.bias", TensorData.of(Shape.of(HIDDEN), random(seed + 100, HIDDEN)));
        weights.put("fc2.weight", TensorData.of(Shape.of(OUT, HIDDEN), random(seed + 200, OUT * HIDDEN)));
        weights.put("fc2.bias", TensorData.of(Shape.of(OUT), random(seed + 300, OUT)));
        return weights;
    }

    private float[] weight(String name) {
        return Optional.ofNullable(weights().get(name)).orElseThrow().data().toArray(JAVA_FLOAT_UNALIGNED);
    }

    /** Returns the right answers. */
    float[] answers(float... inputs) {
        float[] second = weight("fc2.weight");
        float[] secondBias = weight("fc2.bias");
        int samples = inputs.length / IN;
        float[] answers = new float[samples * OUT];
        for (int sample = 0; sample < samples; sample++) {
            double[] hidden = hidden(Arrays.copyOfRange(inputs, sample * IN, (sample + 1) * IN));
            for (int out = 0; out < OUT; out++) {
                double sum = secondBias[out];
                for (int h = 0; h < HIDDEN; h++) {
                    sum += second[out * HIDDEN + h] * hidden[h];
                }
                answers[sample * OUT + out] = (float) sum;
            }
        }
        return answers;
    }

    /** Returns what the last layer is given. */
    double[] hidden(float... sample) {
        float[] first = weight("fc1.weight");
        float[] firstBias = weight("fc1.bias");
        double[] hidden = new double[HIDDEN];
        for (int h = 0; h < HIDDEN; h++) {
            double sum = firstBias[h];
            for (int i = 0; i < IN; i++) {
                sum += first[h * IN + i] * (double) sample[i];
            }
            hidden[h] = Math.max(0, sum);
        }
        return hidden;
    }

    private MemorySegment onnx(Arena arena, boolean withInner) {
        List<Layer> layers = List.of(
                new Layer.Dense("fc1", HIDDEN, true, Initializer.DEFAULT),
                new Layer.Activate(Layer.Activation.RELU),
                new Layer.Dense("fc2", OUT, true, Initializer.DEFAULT));
        Port x = Port.of("x", DType.F32, IN);
        Port y = Port.of("y", DType.F32, OUT);
        return withInner
                ? OnnxExport.writeWithInner(layers, x, y, weights(), arena)
                : OnnxExport.write(layers, x, y, weights(), arena);
    }

    private GoldenSet golden(float error) {
        var inputs = new LinkedHashMap<String, TensorData>();
        var outputs = new LinkedHashMap<String, TensorData>();
        float[] x = inputs(77, 5);
        float[] y = answers(x);
        y[y.length - 1] += error;
        inputs.put("x", TensorData.of(Shape.of(5, IN), x));
        outputs.put("y", TensorData.of(Shape.of(5, OUT), y));
        return new GoldenSet(inputs, outputs, new Tolerance(1e-5, 1e-5));
    }

    /** Writes a bundle of it, unsigned, and returns its digest. */
    String write(Path folder, String name, String version) throws IOException {
        return write(folder, name, version, Optional.of(golden(0)));
    }

    /** Writes a bundle whose golden set has one answer that is wrong by so much. */
    String writeWrong(Path folder, String name, String version, float error) throws IOException {
        return write(folder, name, version, Optional.of(golden(error)));
    }

    String write(Path folder, String name, String version, Optional<GoldenSet> golden) throws IOException {
        return write(folder, name, version, golden, Optional.empty());
    }

    /** Writes a bundle whose profile says of an inner layer that its numbers scatter by 1 around 0. */
    String writeWithInner(Path folder, String name, String version, String output) throws IOException {
        float[] one = new float[HIDDEN * HIDDEN];
        for (int i = 0; i < HIDDEN; i++) {
            one[i * HIDDEN + i] = 1;
        }
        var inner = new GuardProfile.Inner(
                "fc2",
                output,
                TensorData.of(Shape.of(HIDDEN, HIDDEN), one),
                TensorData.of(Shape.of(1, HIDDEN), new float[HIDDEN]),
                1,
                0.01,
                100);
        return write(
                folder,
                name,
                version,
                Optional.of(golden(0)),
                Optional.of(new GuardProfile(100, List.of(), Optional.empty(), Optional.of(inner))));
    }

    private String write(
            Path folder, String name, String version, Optional<GoldenSet> golden, Optional<GuardProfile> guard)
            throws IOException {
        try (Arena arena = Arena.ofShared()) {
            var bundle = new Bundle(
                    name,
                    version,
                    Instant.parse("2026-11-21T10:00:00Z"),
                    new ModelSignature(
                            List.of(TensorSpec.of("x", DType.F32, IN)), List.of(TensorSpec.of("y", DType.F32, OUT))),
                    List.of("a", "b", "c"),
                    Optional.empty(),
                    new Program(Program.Format.LAYERS, MemorySegment.ofArray(LAYERS.getBytes(UTF_8))),
                    Optional.of(onnx(arena, guard.isPresent())),
                    weights(),
                    golden,
                    guard,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    new Provenance(
                            "test",
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty(),
                            new LinkedHashMap<>()));
            return Bundles.at(new LocalObjectStore(folder)).write(bundle, null);
        }
    }
}
