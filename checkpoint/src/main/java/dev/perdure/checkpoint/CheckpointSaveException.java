package dev.perdure.checkpoint;

import java.io.IOException;

/** Saves failed, retries included, more often in a row than allowed, or the last one failed and none will follow; or one failed
 * in a way that trying again does not change. */
public final class CheckpointSaveException extends IOException {
    private static final long serialVersionUID = 1L;

    CheckpointSaveException(String message) {
        super(message);
    }

    CheckpointSaveException(String message, Throwable cause) {
        super(message, cause);
    }
}
