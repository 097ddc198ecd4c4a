package dev.perdure.format;

import java.io.IOException;

/** A file is not safetensors as its published specification has it. Write it again, or get it again. */
public final class SafetensorsException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param problem what was found, and what was expected */
    public SafetensorsException(String source, String problem) {
        super("%s: not a safetensors file: %s".formatted(source, problem));
    }
}
