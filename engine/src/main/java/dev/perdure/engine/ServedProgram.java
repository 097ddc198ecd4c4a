package dev.perdure.engine;

import dev.perdure.core.Settings;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;

/** How a model that predicts is written. Memory is read while the model is opened, and not after it. */
public sealed interface ServedProgram {

    /** Layers by configuration; the weights are given beside them, under the names PyTorch's {@code state_dict()} gives. */
    record Layers(List<Layer> layers) implements ServedProgram {
        public Layers {
            layers = List.copyOf(layers);
        }

        /**
         * Reads the {@code model:} section of a configuration, of which only the layers matter.
         *
         * @param name what to call the text in a message
         * @throws UnusableModelException if it is no such section, or holds no layers
         */
        public static Layers parse(String name, String yaml) {
            return UnusableModelException.when(() -> {
                Settings section = Settings.parse(name, yaml);
                ModelSettings settings = ModelSettings.read(section, Path.of(""));
                section.finish();
                if (settings.model() instanceof ModelSpec.Layers(List<Layer> layers)) {
                    return new Layers(layers);
                }
                throw new UnusableModelException(
                        "%s: no layers (expected: a model section with 'layers')".formatted(name));
            });
        }
    }

    /** A class on the class path that implements the engine's own program interface; the weights are given beside it. */
    record ProgramClass(String className) implements ServedProgram {}

    /** A TorchScript archive. Weights given beside it replace its own. */
    record TorchScript(MemorySegment archive) implements ServedProgram {}

    /** An ONNX file with its weights. */
    record Onnx(MemorySegment file) implements ServedProgram {}

    /** Returns the kind in words, as a bundle's manifest has it. */
    default String kind() {
        return switch (this) {
            case Layers _ -> "layers";
            case ProgramClass _ -> "class";
            case TorchScript _ -> "torchscript";
            case Onnx _ -> "onnx";
        };
    }
}
