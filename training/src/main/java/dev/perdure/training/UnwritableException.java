package dev.perdure.training;

import java.io.IOException;
import java.io.UncheckedIOException;

/** The run's folder takes nothing more: starting again would meet the same. */
final class UnwritableException extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    UnwritableException(String message, IOException cause) {
        super(message, cause);
    }
}
