package dev.perdure.model;

import dev.perdure.core.DType;
import dev.perdure.core.Shape;
import dev.perdure.core.TensorData;
import dev.perdure.model.Evaluation.Measure;
import dev.perdure.model.Evaluation.Scores;
import dev.perdure.model.GuardProfile.Feature;
import dev.perdure.model.Manifest.Role;
import dev.perdure.model.Performance.Latency;
import dev.perdure.model.Preprocessing.Step;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/** Reads a bundle's values from its manifest and the objects that hold its binary parts. {@link BundleMembers} writes them. */
final class BundleFields {
    private final Parts parts;

    BundleFields(Parts parts) {
        this.parts = parts;
    }

    Bundle read(Fields fields) throws IOException {
        var signature = new ModelSignature(fields.list("inputs", this::spec), fields.list("outputs", this::spec));
        return new Bundle(
                fields.text("name"),
                fields.text("version"),
                instant(fields.text("created")),
                signature,
                fields.texts("labels"),
                fields.has("preprocessing")
                        ? Optional.of(new Preprocessing(fields.list("preprocessing", this::step)))
                        : Optional.empty(),
                new Program(fields.word("program", Program.Format.class, Program.Format::word), parts.program()),
                parts.onnx(),
                parts.takeAll(Role.WEIGHTS),
                fields.optional("golden", golden -> golden(golden, signature)),
                fields.optional("guard", this::guard),
                fields.optional("drift", this::drift),
                fields.optional("performance", this::performance),
                fields.optional(
                        "fallback", rule -> new Fallback(rule.text("reason"), rule.map("outputs", Fields::reals))),
                fields.optional("evaluation", this::evaluation),
                fields.object("provenance", this::provenance));
    }

    private static Instant instant(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    "'created': %s (expected: a time such as 2026-11-21T10:00:00Z)".formatted(text), e);
        }
    }

    private TensorSpec spec(Fields fields) throws IOException {
        List<Long> shape = fields.wholes("shape");
        if (shape.isEmpty() || shape.getFirst() != -1) {
            throw new IllegalArgumentException("shape %s (expected: -1, for the batch, first)".formatted(shape));
        }
        return new TensorSpec(
                fields.text("name"),
                fields.word("dtype", DType.class, DType::name),
                Shape.of(shape.stream().skip(1).mapToLong(Long::longValue).toArray()),
                fields.has("values") ? Optional.of(range(fields, "values")) : Optional.empty(),
                fields.optionalText("unit"));
    }

    private static Range range(Fields fields, String name) throws IOException {
        List<Double> ends = fields.reals(name);
        if (ends.size() != 2) {
            throw new IllegalArgumentException("'%s': %d numbers (expected: 2)".formatted(name, ends.size()));
        }
        return new Range(ends.getFirst(), ends.getLast());
    }

    private Step step(Fields fields) throws IOException {
        String kind = fields.text("step");
        return switch (kind) {
            case "divide" -> new Step.Divide(fields.real("by"));
            case "standardise" -> new Step.Standardise(fields.reals("mean"), fields.reals("deviation"));
            case "encode" ->
                new Step.Encode(fields.list(
                        "columns",
                        column -> new Preprocessing.Column(column.text("name"), column.texts("categories"))));
            default ->
                throw new IllegalArgumentException(
                        "step '%s' (expected: divide, standardise or encode)".formatted(kind));
        };
    }

    private GoldenSet golden(Fields fields, ModelSignature signature) throws IOException {
        var golden = new GoldenSet(
                tensors(Parts.INPUT, signature.inputs()),
                tensors(Parts.OUTPUT, signature.outputs()),
                new Tolerance(fields.real("absolute"), fields.real("relative")));
        long samples = fields.whole("samples");
        if (golden.samples() != samples) {
            throw new IllegalArgumentException(
                    "'samples': %d (expected: %d, as in its object)".formatted(samples, golden.samples()));
        }
        return golden;
    }

    private SequencedMap<String, TensorData> tensors(String prefix, List<TensorSpec> specs) throws IOException {
        var tensors = new LinkedHashMap<String, TensorData>();
        for (TensorSpec spec : specs) {
            tensors.put(spec.name(), parts.take(Role.GOLDEN, prefix + spec.name()));
        }
        return tensors;
    }

    private GuardProfile guard(Fields fields) throws IOException {
        return new GuardProfile(
                fields.whole("samples"),
                fields.list("features", this::feature),
                fields.optional("image", this::image),
                fields.optional("inner", this::inner));
    }

    private Feature feature(Fields fields) throws IOException {
        String name = fields.text("name");
        double missingRate = fields.real("missingRate");
        return fields.has("counts")
                ? new Feature.Categorical(name, missingRate, fields.map("counts", Fields::whole))
                : new Feature.Numeric(name, missingRate, range(fields, "values"), sketch(fields, "quantiles"));
    }

    private Optional<QuantileSketch> sketch(Fields fields, String name) throws IOException {
        return fields.has(name) ? Optional.of(parts.takeSketch(fields.text(name))) : Optional.empty();
    }

    private GuardProfile.Image image(Fields fields) throws IOException {
        return new GuardProfile.Image(
                range(fields, "height"),
                range(fields, "width"),
                fields.whole("channels"),
                range(fields, "intensity"),
                fields.optionalReal("mean"),
                fields.optionalReal("deviation"),
                sketch(fields, "meanIntensities"));
    }

    private GuardProfile.Inner inner(Fields fields) throws IOException {
        return new GuardProfile.Inner(
                fields.text("layer"),
                fields.text("output"),
                parts.take(Role.REFERENCE, Parts.WHITENING),
                parts.take(Role.REFERENCE, Parts.CENTRES),
                fields.real("threshold"),
                fields.real("rate"),
                fields.whole("heldOut"));
    }

    private DriftReference drift(Fields fields) throws IOException {
        var features = new LinkedHashMap<String, QuantileSketch>();
        for (String name : Checks.distinct("drift: feature", fields.texts("features"), name -> name)) {
            features.put(name, parts.takeSketch(Parts.DRIFT + name));
        }
        var embeddings = new LinkedHashMap<String, TensorData>();
        for (String layer : Checks.distinct("drift: layer", fields.texts("embeddings"), name -> name)) {
            embeddings.put(layer, parts.take(Role.REFERENCE, Parts.EMBEDDING + layer));
        }
        return new DriftReference(features, embeddings);
    }

    private Performance performance(Fields fields) throws IOException {
        return new Performance(
                fields.text("machine"),
                fields.list(
                        "latencies",
                        latency -> new Latency(
                                latency.whole("batch"),
                                micros(latency, "p50Micros"),
                                micros(latency, "p95Micros"),
                                micros(latency, "p99Micros"))),
                fields.optionalWhole("memoryBytes"));
    }

    private static Duration micros(Fields fields, String name) throws IOException {
        return Duration.ofNanos(Math.multiplyExact(fields.whole(name), 1000L));
    }

    private Evaluation evaluation(Fields fields) throws IOException {
        return new Evaluation(
                fields.text("data"),
                fields.object("overall", this::scores),
                fields.list(
                        "slices",
                        slice -> new Evaluation.Slice(slice.text("name"), slice.object("scores", this::scores))));
    }

    private Scores scores(Fields fields) throws IOException {
        var values = new LinkedHashMap<Measure, Double>();
        for (var value : fields.map("values", Fields::real).entrySet()) {
            values.put(Fields.constant("values", value.getKey(), Measure.class, Measure::word), value.getValue());
        }
        return new Scores(fields.whole("samples"), values);
    }

    private Provenance provenance(Fields fields) throws IOException {
        return new Provenance(
                fields.text("run"),
                fields.optionalText("checkpoint"),
                fields.optionalText("file"),
                fields.optionalText("data"),
                fields.optionalText("recipe"),
                fields.map("versions", Fields::text));
    }
}
