package dev.perdure.model;

import dev.perdure.model.Evaluation.Scores;
import dev.perdure.model.GuardProfile.Feature;
import dev.perdure.model.Preprocessing.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Writes a bundle's values into its manifest. {@link BundleFields} reads them. */
final class BundleMembers {
    private BundleMembers() {}

    static void write(Bundle bundle, Members members) {
        members.put("name", bundle.name())
                .put("version", bundle.version())
                .put("created", bundle.created().toString())
                .put("inputs", specs(bundle.signature().inputs()))
                .put("outputs", specs(bundle.signature().outputs()))
                .put("labels", bundle.labels())
                .put("preprocessing", bundle.preprocessing().map(BundleMembers::preprocessing))
                .put("program", bundle.program().format().word())
                .put("golden", bundle.golden().map(BundleMembers::golden))
                .put("guard", bundle.guard().map(BundleMembers::guard))
                .put("drift", bundle.drift().map(BundleMembers::drift))
                .put("performance", bundle.performance().map(BundleMembers::performance))
                .put("fallback", bundle.fallback().map(BundleMembers::fallback))
                .put("evaluation", bundle.evaluation().map(BundleMembers::evaluation))
                .put("provenance", provenance(bundle.provenance()));
    }

    private static List<Members> specs(List<TensorSpec> specs) {
        return specs.stream()
                .map(spec -> new Members()
                        .put("name", spec.name())
                        .put("dtype", spec.dtype().name())
                        .put("shape", shape(spec))
                        .put("values", spec.values().map(BundleMembers::range))
                        .put("unit", spec.unit()))
                .toList();
    }

    private static List<Long> shape(TensorSpec spec) {
        var sizes = new ArrayList<Long>(List.of(-1L));
        for (long size : spec.sample().toArray()) {
            sizes.add(size);
        }
        return sizes;
    }

    private static List<Double> range(Range range) {
        return List.of(range.min(), range.max());
    }

    private static List<Members> preprocessing(Preprocessing preprocessing) {
        return preprocessing.steps().stream().map(BundleMembers::step).toList();
    }

    private static Members step(Step step) {
        return switch (step) {
            case Step.Divide(double by) -> new Members().put("step", "divide").put("by", by);
            case Step.Standardise(List<Double> mean, List<Double> deviation) ->
                new Members().put("step", "standardise").put("mean", mean).put("deviation", deviation);
            case Step.Encode(List<Preprocessing.Column> columns) ->
                new Members()
                        .put("step", "encode")
                        .put(
                                "columns",
                                columns.stream()
                                        .map(column -> new Members()
                                                .put("name", column.name())
                                                .put("categories", column.categories()))
                                        .toList());
        };
    }

    private static Members golden(GoldenSet golden) {
        return new Members()
                .put("samples", golden.samples())
                .put("absolute", golden.tolerance().absolute())
                .put("relative", golden.tolerance().relative());
    }

    private static Members guard(GuardProfile guard) {
        return new Members()
                .put("samples", guard.samples())
                .put(
                        "features",
                        guard.features().stream().map(BundleMembers::feature).toList())
                .put("image", guard.image().map(BundleMembers::image))
                .put("inner", guard.inner().map(BundleMembers::inner));
    }

    private static Members inner(GuardProfile.Inner inner) {
        return new Members()
                .put("layer", inner.layer())
                .put("output", inner.output())
                .put("threshold", inner.threshold())
                .put("rate", inner.rate())
                .put("heldOut", inner.heldOut());
    }

    private static Members feature(Feature feature) {
        var members = new Members().put("name", feature.name()).put("missingRate", feature.missingRate());
        return switch (feature) {
            case Feature.Numeric numeric ->
                members.put("values", range(numeric.values()))
                        .put("quantiles", numeric.quantiles().map(_ -> Parts.GUARD + numeric.name()));
            case Feature.Categorical categorical -> members.put("counts", categorical.counts());
        };
    }

    private static Members image(GuardProfile.Image image) {
        return new Members()
                .put("height", range(image.height()))
                .put("width", range(image.width()))
                .put("channels", image.channels())
                .put("intensity", range(image.intensity()))
                .put("mean", boxed(image.mean()))
                .put("deviation", boxed(image.deviation()))
                .put("meanIntensities", image.meanIntensities().map(_ -> Parts.GUARD_IMAGE));
    }

    private static Optional<Double> boxed(OptionalDouble value) {
        return value.isPresent() ? Optional.of(value.getAsDouble()) : Optional.empty();
    }

    private static Optional<Long> boxed(OptionalLong value) {
        return value.isPresent() ? Optional.of(value.getAsLong()) : Optional.empty();
    }

    private static Members drift(DriftReference drift) {
        return new Members()
                .put("features", List.copyOf(drift.features().keySet()))
                .put("embeddings", List.copyOf(drift.embeddings().keySet()));
    }

    private static Members performance(Performance performance) {
        return new Members()
                .put("machine", performance.machine())
                .put("memoryBytes", boxed(performance.memoryBytes()))
                .put(
                        "latencies",
                        performance.latencies().stream()
                                .map(latency -> new Members()
                                        .put("batch", latency.batch())
                                        .put("p50Micros", micros(latency.p50()))
                                        .put("p95Micros", micros(latency.p95()))
                                        .put("p99Micros", micros(latency.p99())))
                                .toList());
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }

    private static Members fallback(Fallback fallback) {
        return new Members().put("reason", fallback.reason()).put("outputs", fallback.outputs());
    }

    private static Members evaluation(Evaluation evaluation) {
        return new Members()
                .put("data", evaluation.data())
                .put("overall", scores(evaluation.overall()))
                .put(
                        "slices",
                        evaluation.slices().stream()
                                .map(slice ->
                                        new Members().put("name", slice.name()).put("scores", scores(slice.scores())))
                                .toList());
    }

    private static Members scores(Scores scores) {
        var values = new LinkedHashMap<String, Double>();
        scores.values().forEach((measure, value) -> values.put(measure.word(), value));
        return new Members().put("samples", scores.samples()).put("values", values);
    }

    private static Members provenance(Provenance provenance) {
        return new Members()
                .put("run", provenance.run())
                .put("checkpoint", provenance.checkpoint())
                .put("file", provenance.file())
                .put("data", provenance.data())
                .put("recipe", provenance.recipe())
                .put("versions", provenance.versions());
    }
}
