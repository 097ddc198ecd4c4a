package dev.perdure.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The store has no room left. Trying again helps only after somebody, or retention, has made some. */
public final class StoreFullException extends IOException {
    private static final long serialVersionUID = 1L;

    public StoreFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
