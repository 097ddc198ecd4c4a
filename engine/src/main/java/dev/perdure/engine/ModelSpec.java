package dev.perdure.engine;

import java.nio.file.Path;
import java.util.List;

/** Where a network comes from. */
public sealed interface ModelSpec {

    /** Layers by configuration alone. */
    record Layers(List<Layer> layers) implements ModelSpec {
        public Layers {
            layers = List.copyOf(layers);
        }
    }

    /** A class of the user's on the class path, which implements the engine's own program interface. */
    record Program(String className) implements ModelSpec {}

    /** A TorchScript file made elsewhere: it brings network and parameters. */
    record TorchScript(Path file) implements ModelSpec {}
}
