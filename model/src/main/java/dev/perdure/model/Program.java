package dev.perdure.model;

import java.lang.foreign.MemorySegment;

/**
 * What computes: how outputs come from inputs and weights.
 *
 * @param bytes in the format's own way
 */
public record Program(Format format, MemorySegment bytes) {

    /** In which language a program is written. */
    public enum Format {
        /** A list of layers as in the {@code model:} section of a configuration, YAML in UTF-8. The weights are the bundle's. */
        LAYERS("layers"),
        /** The name of a program class, UTF-8: whoever serves must have it. The weights are the bundle's. */
        CLASS("class"),
        /** A TorchScript archive. The weights are the bundle's where it has some, and otherwise the archive's. */
        TORCHSCRIPT("torchscript"),
        /** An ONNX file with its weights. */
        ONNX("onnx");

        private final String word;

        Format(String word) {
            this.word = word;
        }

        /** Returns how it is written in a manifest. */
        public String word() {
            return word;
        }
    }
}
