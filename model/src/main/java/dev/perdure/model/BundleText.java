package dev.perdure.model;

import dev.perdure.core.TensorData;
import dev.perdure.model.Evaluation.Scores;
import dev.perdure.model.GuardProfile.Feature;
import dev.perdure.model.GuardProfile.Image;
import dev.perdure.model.Preprocessing.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Says what a bundle holds and what it lacks, for people. Nothing that a stranger put into it steers a terminal. */
public final class BundleText {
    private static final int WIDTH = 14;
    private static final int LISTED_MAX = 12;

    private final List<String> lines = new ArrayList<>();

    private BundleText() {}

    /** Returns the lines. */
    public static List<String> of(OpenedBundle opened) {
        var text = new BundleText();
        Bundle bundle = opened.bundle();
        text.line("model", "%s, version %s".formatted(bundle.name(), bundle.version()));
        text.line("standing", opened.standing().words());
        text.line("digest", opened.digest());
        text.line("created", bundle.created().toString());
        bundle.signature().inputs().forEach(spec -> text.line("input", describe(spec)));
        bundle.signature().outputs().forEach(spec -> text.line("output", describe(spec)));
        text.line("labels", bundle.labels().isEmpty() ? "none" : listed(bundle.labels()));
        text.part("preprocessing", bundle.preprocessing(), text::preprocessing);
        text.line(
                "program",
                "%s, %d bytes"
                        .formatted(
                                bundle.program().format().word(),
                                bundle.program().bytes().byteSize()));
        text.line(
                "onnx",
                bundle.onnx()
                        .map(file -> file.byteSize() + " bytes")
                        .orElse(
                                bundle.program().format() == Program.Format.ONNX
                                        ? "the program itself"
                                        : "absent: nothing made it"));
        text.line("weights", weights(bundle));
        text.part("golden set", bundle.golden(), text::golden);
        text.part("guard", bundle.guard(), text::guard);
        text.part("drift", bundle.drift(), text::drift);
        text.part("performance", bundle.performance(), text::performance);
        text.part("fallback", bundle.fallback(), text::fallback);
        text.part("evaluation", bundle.evaluation(), text::evaluation);
        text.provenance(bundle.provenance());
        return text.lines.stream().map(Checks::printable).toList();
    }

    private void line(String name, String text) {
        lines.add(("%-" + WIDTH + "s%s").formatted(name, text).stripTrailing());
    }

    private <T> void part(String name, Optional<T> part, Consumer<T> describe) {
        part.ifPresentOrElse(describe, () -> line(name, "absent: nothing made it"));
    }

    private static String listed(List<String> items) {
        String first = items.stream().limit(LISTED_MAX).collect(Collectors.joining(", "));
        return items.size() <= LISTED_MAX ? first : "%s … (%d)".formatted(first, items.size());
    }

    private static String describe(TensorSpec spec) {
        String sizes = spec.sample().toString().substring(1);
        return "%s %s [batch%s%s%s"
                .formatted(
                        spec.name(),
                        spec.dtype(),
                        sizes.equals("]") ? "]" : ", " + sizes,
                        spec.values()
                                .map(range -> ", %s to %s".formatted(range.min(), range.max()))
                                .orElse(""),
                        spec.unit().map(unit -> " " + unit).orElse(""));
    }

    private static String weights(Bundle bundle) {
        long elements = bundle.weights().values().stream()
                .mapToLong(tensor -> tensor.shape().elements())
                .sum();
        long bytes =
                bundle.weights().values().stream().mapToLong(TensorData::bytes).sum();
        return bundle.weights().isEmpty()
                ? "within the program"
                : "%d tensors, %d elements, %d bytes".formatted(bundle.weights().size(), elements, bytes);
    }

    private void preprocessing(Preprocessing preprocessing) {
        if (preprocessing.steps().isEmpty()) {
            line("preprocessing", "none: the model takes raw values");
        }
        for (Step step : preprocessing.steps()) {
            line(
                    "preprocessing",
                    switch (step) {
                        case Step.Divide(double by) -> "divide by " + by;
                        case Step.Standardise(List<Double> mean, List<Double> deviation) ->
                            "subtract %s, divide by %s".formatted(mean, deviation);
                        case Step.Encode(List<Preprocessing.Column> columns) ->
                            "columns "
                                    + listed(columns.stream()
                                            .map(BundleText::describe)
                                            .toList());
                    });
        }
    }

    private static String describe(Preprocessing.Column column) {
        return column.categories().isEmpty()
                ? column.name()
                : "%s (%d categories)"
                        .formatted(column.name(), column.categories().size());
    }

    private void golden(GoldenSet golden) {
        line(
                "golden set",
                "%d samples, right to within %s + %s of the value"
                        .formatted(
                                golden.samples(),
                                golden.tolerance().absolute(),
                                golden.tolerance().relative()));
    }

    private void guard(GuardProfile guard) {
        line("guard", "learned from %d samples".formatted(guard.samples()));
        guard.features().stream().limit(LISTED_MAX).forEach(feature -> line("", describe(feature)));
        if (guard.features().size() > LISTED_MAX) {
            line("", "… %d features".formatted(guard.features().size()));
        }
        guard.image()
                .flatMap(Image::meanIntensities)
                .ifPresent(sketch -> line(
                        "",
                        "mean of an image %.1f to %.1f, median %.1f"
                                .formatted(sketch.min(), sketch.max(), sketch.quantile(0.5))));
        guard.image()
                .ifPresent(image -> line(
                        "",
                        "images of %s to %s by %s to %s, %d channels, intensity %s to %s"
                                .formatted(
                                        image.height().min(),
                                        image.height().max(),
                                        image.width().min(),
                                        image.width().max(),
                                        image.channels(),
                                        image.intensity().min(),
                                        image.intensity().max())));
        line(
                "",
                guard.inner()
                        .map(inner -> String.format(
                                Locale.ROOT,
                                "inner layer %s: %d numbers, a distance over %.2f is abnormal (at most %s of inputs like the %d held out)",
                                inner.layer(),
                                inner.numbers(),
                                inner.threshold(),
                                percent(inner.rate()),
                                inner.heldOut()))
                        .orElse("no inner layer: inputs are judged by their values alone"));
    }

    private static String describe(Feature feature) {
        String missing = percent(feature.missingRate()) + " missing";
        return switch (feature) {
            case Feature.Numeric numeric ->
                "%s: %s to %s, %s%s"
                        .formatted(
                                numeric.name(),
                                numeric.values().min(),
                                numeric.values().max(),
                                missing,
                                numeric.quantiles()
                                        .map(sketch -> ", median " + sketch.quantile(0.5))
                                        .orElse(""));
            case Feature.Categorical categorical ->
                "%s: %s, %s"
                        .formatted(
                                categorical.name(),
                                listed(List.copyOf(categorical.counts().keySet())),
                                missing);
        };
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * share);
    }

    private void drift(DriftReference drift) {
        line(
                "drift",
                "%d features watched; rows of %s"
                        .formatted(
                                drift.features().size(),
                                drift.embeddings().isEmpty()
                                        ? "none"
                                        : listed(List.copyOf(drift.embeddings().keySet()))));
    }

    private void performance(Performance performance) {
        line(
                "performance",
                "on %s%s"
                        .formatted(
                                performance.machine(),
                                performance.memoryBytes().isPresent()
                                        ? ", %d bytes of memory"
                                                .formatted(performance
                                                        .memoryBytes()
                                                        .getAsLong())
                                        : ""));
        performance
                .latencies()
                .forEach(latency -> line(
                        "",
                        "batch %d: p50 %s, p95 %s, p99 %s"
                                .formatted(
                                        latency.batch(),
                                        millis(latency.p50()),
                                        millis(latency.p95()),
                                        millis(latency.p99()))));
    }

    private static String millis(Duration duration) {
        return String.format(Locale.ROOT, "%.3f ms", duration.toNanos() / 1e6);
    }

    private void fallback(Fallback fallback) {
        line("fallback", fallback.reason());
        fallback.outputs()
                .forEach((name, values) -> line(
                        "",
                        name + " "
                                + listed(values.stream()
                                        .map(value -> String.format(Locale.ROOT, "%.3f", value))
                                        .toList())));
    }

    private void evaluation(Evaluation evaluation) {
        line("evaluation", "%s: %s".formatted(evaluation.data(), describe(evaluation.overall())));
        evaluation.slices().stream()
                .limit(LISTED_MAX)
                .forEach(slice -> line("", "%s: %s".formatted(slice.name(), describe(slice.scores()))));
        if (evaluation.slices().size() > LISTED_MAX) {
            line("", "… %d slices".formatted(evaluation.slices().size()));
        }
    }

    private static String describe(Scores scores) {
        return scores.values().entrySet().stream()
                .map(score ->
                        String.format(Locale.ROOT, "%s %.4f", score.getKey().word(), score.getValue()))
                .collect(Collectors.joining(", ", scores.samples() + " samples, ", ""));
    }

    private void provenance(Provenance provenance) {
        line("from", provenance.run());
        line("checkpoint", provenance.checkpoint().orElse("unknown"));
        provenance.file().ifPresent(file -> line("file", file));
        line("data", provenance.data().orElse("unknown"));
        line(
                "recipe",
                provenance
                        .recipe()
                        .map(recipe -> recipe.lines().count() + " lines")
                        .orElse("unknown"));
        provenance.versions().forEach((program, version) -> line("version", "%s %s".formatted(program, version)));
    }
}
