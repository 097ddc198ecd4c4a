package dev.perdure.checkpoint;

import java.io.IOException;

/**
 * A save that several make together will not be completed, because one of them is gone. Nothing is wrong with the store;
 * the next save takes its place.
 */
public final class AbandonedSaveException extends IOException {
    private static final long serialVersionUID = 1L;

    AbandonedSaveException(String message) {
        super(message);
    }
}
