package dev.perdure.store;

import java.io.IOException;

/** The store itself knows that the bytes it holds are damaged. Trying again cannot help; another copy can. */
public final class CorruptObjectException extends IOException {
    private static final long serialVersionUID = 1L;

    public CorruptObjectException(String message) {
        super(message);
    }
}
