package dev.perdure.onnx;

/**
 * How ONNX Runtime computes.
 *
 * @param threads how many threads compute one answer, at least 1. With 1 the caller's thread does it alone: callers beside
 *     each other then get more done than threads within a call
 * @param optimised whether operators are fused and laid out anew when a model is opened, which changes last bits
 */
public record OnnxOptions(int threads, boolean optimised) {
    public OnnxOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: %d (expected: >= 1)".formatted(threads));
        }
    }

    /** Returns one thread, optimised. */
    public static OnnxOptions standard() {
        return new OnnxOptions(1, true);
    }
}
