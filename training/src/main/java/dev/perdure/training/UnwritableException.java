package dev.perdure.training;

import java.io.IOException;
import java.io.UncheckedIOException;

/** The run's folder takes nothing more: starting again would meet the same. */
final class UnwritableException extends UncheckedIOException {
    private static final long serialVersionUID = 1L;

    private UnwritableException(String message, IOException cause) {
        super(message, cause);
    }

    static UnwritableException of(RunFolder folder, IOException cause) {
        return new UnwritableException(
                "%s: cannot be written: %s. Make room or mend the folder, then: perdure resume %s"
                        .formatted(folder.metrics(), cause.getMessage(), folder.path()),
                cause);
    }
}
