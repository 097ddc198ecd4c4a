package dev.perdure.model;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.Evaluation.Measure;
import dev.perdure.model.Evaluation.Scores;
import dev.perdure.model.GuardProfile.Feature;
import dev.perdure.model.Preprocessing.Column;
import dev.perdure.model.Preprocessing.Step;
import dev.perdure.store.MemoryObjectStore;
import dev.perdure.store.ObjectStore;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SequencedMap;

/** Small bundles and stores. */
final class Samples {
    static final SigningKey KEY = SigningKey.generate();
    static final SigningKey OTHER_KEY = SigningKey.generate();
    static final Trust TRUST = Trust.only(List.of(KEY.publicHalf()));

    static final TensorData INPUT = TensorData.of(Shape.of(1, 1, 2), 1f, 2f);

    private static final Bundle FULL = makeFull();

    private Samples() {}

    static Bundle withGolden(GoldenSet golden) {
        Bundle bare = bare();
        return new Bundle(
                bare.name(),
                bare.version(),
                bare.created(),
                bare.signature(),
                bare.labels(),
                bare.preprocessing(),
                bare.program(),
                bare.onnx(),
                bare.weights(),
                Optional.of(golden),
                bare.guard(),
                bare.drift(),
                bare.performance(),
                bare.fallback(),
                bare.evaluation(),
                bare.provenance());
    }

    static <V> SequencedMap<String, V> map(String name, V value) {
        var map = new LinkedHashMap<String, V>();
        map.put(name, value);
        return map;
    }

    static QuantileSketch sketch(int numbers) {
        var sketch = new QuantileSketch.Builder();
        for (int i = 0; i < numbers; i++) {
            sketch.add(i);
        }
        return sketch.build();
    }

    static ModelSignature signature() {
        return new ModelSignature(
                List.of(new TensorSpec(
                        "image", DType.F32, Shape.of(1, 2), Optional.of(new Range(0, 255)), Optional.of("grey"))),
                List.of(TensorSpec.of("logits", DType.F32, 3)));
    }

    static GoldenSet golden(Tolerance tolerance, float... outputs) {
        int samples = outputs.length / 3;
        return new GoldenSet(
                map("image", TensorData.of(Shape.of(samples, 1, 2), new float[2 * samples])),
                map("logits", TensorData.of(Shape.of(samples, 3), outputs)),
                tolerance);
    }

    /** Returns a bundle with nothing in it that may be absent. */
    static Bundle bare() {
        return bareWith(Optional.empty());
    }

    static Bundle bareWith(Optional<GuardProfile> guard) {
        return new Bundle(
                "digits",
                "1",
                Instant.parse("2026-11-21T10:00:00Z"),
                signature(),
                List.of(),
                Optional.empty(),
                new Program(Program.Format.LAYERS, MemorySegment.ofArray("layers:\n  - flatten\n".getBytes(UTF_8))),
                Optional.empty(),
                new LinkedHashMap<>(),
                Optional.empty(),
                guard,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new Provenance(
                        "runs/digits",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        new LinkedHashMap<>()));
    }

    /** Returns a bundle with everything in it: always the same one, as sketches of the same numbers may differ. */
    static Bundle full() {
        return FULL;
    }

    private static Bundle makeFull() {
        Bundle bare = bare();
        var weights = map("fc.weight", TensorData.of(Shape.of(3, 2), 1, 2, 3, 4, 5, 6f));
        weights.put("fc.bias", TensorData.of(Shape.of(3), 0.5f, Float.NaN, -1f));
        return new Bundle(
                bare.name(),
                bare.version(),
                bare.created(),
                bare.signature(),
                List.of("zero", "one", "größer"),
                Optional.of(new Preprocessing(List.of(
                        new Step.Divide(255),
                        new Step.Standardise(List.of(0.13), List.of(0.3)),
                        new Step.Encode(
                                List.of(new Column("age", List.of()), new Column("colour", List.of("red", ""))))))),
                bare.program(),
                Optional.of(MemorySegment.ofArray("no real ONNX file".getBytes(UTF_8))),
                weights,
                Optional.of(golden(new Tolerance(1e-5, 1e-4), 1, 2, 3, 4, Float.NaN, Float.POSITIVE_INFINITY)),
                Optional.of(guard()),
                Optional.of(new DriftReference(
                        map("age", sketch(5)), map("fc", TensorData.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6f)))),
                Optional.of(new Performance(
                        "two cores",
                        List.of(new Performance.Latency(
                                1, Duration.ofNanos(120_000), Duration.ofMillis(1), Duration.ofMillis(2))),
                        OptionalLong.of(1 << 20))),
                Optional.of(new Fallback("most frequent label", map("logits", List.of(0.0, 1.0, Double.NaN)))),
                Optional.of(evaluation()),
                new Provenance(
                        "runs/digits",
                        Optional.of("a".repeat(64)),
                        Optional.of("c".repeat(64)),
                        Optional.of("b".repeat(64)),
                        Optional.of("model:\n  layers: []\n"),
                        map("perdure", "0.1.0")));
    }

    private static GuardProfile guard() {
        return new GuardProfile(
                60_000,
                List.of(
                        new Feature.Numeric("age", 0.01, new Range(-1.5, 99), Optional.of(sketch(1000))),
                        new Feature.Numeric("height", 0, new Range(0, 0), Optional.empty()),
                        new Feature.Categorical("colour", 0.5, map("red", 7L))),
                Optional.of(new GuardProfile.Image(
                        new Range(28, 28),
                        new Range(28, 28),
                        1,
                        new Range(0, 255),
                        OptionalDouble.of(33.3),
                        OptionalDouble.empty(),
                        Optional.of(sketch(10)))),
                Optional.of(new GuardProfile.Inner(
                        "fc2",
                        "inner",
                        TensorData.of(Shape.of(2, 2), 1, 0, 0.5f, 2),
                        TensorData.of(Shape.of(3, 2), 1, 2, 3, 4, 5, 6f),
                        3.25,
                        0.01,
                        120)));
    }

    private static Evaluation evaluation() {
        var all = new LinkedHashMap<Measure, Double>();
        for (Measure measure : Measure.values()) {
            all.put(measure, 0.9 + all.size() / 100.0);
        }
        var some = new LinkedHashMap<Measure, Double>();
        some.put(Measure.RECALL, Double.NaN);
        return new Evaluation(
                "test", new Scores(10_000, all), List.of(new Evaluation.Slice("zero", new Scores(980, some))));
    }

    /** Returns a store that holds the full bundle, signed. */
    static MemoryObjectStore stored() throws IOException {
        var store = new MemoryObjectStore();
        Bundles.at(store).write(full(), KEY);
        return store;
    }

    static MemoryObjectStore copyOf(ObjectStore store) throws IOException {
        var copy = new MemoryObjectStore();
        for (String name : store.list("")) {
            copy.putIfAbsent(name, store.readAll(name));
        }
        return copy;
    }

    static void replace(ObjectStore store, String name, byte[] bytes) throws IOException {
        store.delete(name);
        store.putIfAbsent(name, bytes);
    }
}
