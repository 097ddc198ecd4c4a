package dev.perdure.engine;

import dev.perdure.core.Settings;
import dev.perdure.core.Suggestions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The {@code model:} section of a configuration: exactly one of {@code layers}, {@code program} and {@code torchscript},
 * and the {@code loss}.
 */
public record ModelSettings(ModelSpec model, Loss loss) {

    private static final List<String> LOSSES = List.of("cross-entropy", "mse", "bce");

    /**
     * Reads the section. What is wrong is reported by {@link Settings#finish}; the answer is harmless then.
     *
     * @param folder what relative paths are relative to: the folder of the configuration
     */
    public static ModelSettings read(Settings section, Path folder) {
        return new ModelSettings(model(section, folder), loss(section));
    }

    private static ModelSpec model(Settings section, Path folder) {
        List<Layer> layers = LayerSettings.read(section, "layers");
        Optional<String> program = section.optionalText("program");
        Optional<Path> script = section.optionalPath("torchscript");
        int given = (section.has("layers") ? 1 : 0) + (program.isPresent() ? 1 : 0) + (script.isPresent() ? 1 : 0);
        if (given != 1) {
            section.rejectSelf("has %d of layers, program and torchscript (expected: exactly one)".formatted(given));
        }
        if (program.isPresent()) {
            return new ModelSpec.Program(program.get());
        }
        return script.<ModelSpec>map(file -> new ModelSpec.TorchScript(folder.resolve(file)))
                .orElseGet(() -> new ModelSpec.Layers(layers));
    }

    private static Loss loss(Settings section) {
        Optional<Settings.Named> named = section.named("loss");
        if (named.isEmpty()) {
            return new Loss.CrossEntropy(0);
        }
        Settings settings = named.get().settings();
        return switch (named.get().name()) {
            case "cross-entropy" -> new Loss.CrossEntropy(Numbers.below(settings, "label-smoothing", 0, 0, 1));
            case "mse" -> new Loss.MeanSquaredError();
            case "bce" -> new Loss.BinaryCrossEntropy();
            default -> {
                section.reject(
                        "loss",
                        "'%s' (expected: one of %s) %s"
                                .formatted(
                                        named.get().name(),
                                        String.join(", ", LOSSES),
                                        Suggestions.didYouMean(named.get().name(), LOSSES)));
                yield new Loss.CrossEntropy(0);
            }
        };
    }

    /**
     * Returns the section written in full, every default spelt out, as canonical text: equal models give equal text, and
     * {@link #read} gives an equal model for it.
     */
    public String yaml() {
        var text = new StringBuilder();
        switch (model) {
            case ModelSpec.Layers(List<Layer> layers) -> {
                text.append("layers:\n");
                layers.forEach(layer ->
                        text.append("  - ").append(LayerSettings.yaml(layer)).append('\n'));
            }
            case ModelSpec.Program(String className) ->
                text.append("program: ").append(className).append('\n');
            case ModelSpec.TorchScript(Path file) ->
                text.append("torchscript: '")
                        .append(file.toString().replace("'", "''"))
                        .append("'\n");
        }
        return text.append("loss: ").append(yaml(loss)).append('\n').toString();
    }

    private static String yaml(Loss loss) {
        return switch (loss) {
            case Loss.CrossEntropy(double smoothing) -> "{cross-entropy: {label-smoothing: %s}}".formatted(smoothing);
            case Loss.MeanSquaredError() -> "mse";
            case Loss.BinaryCrossEntropy() -> "bce";
        };
    }
}
