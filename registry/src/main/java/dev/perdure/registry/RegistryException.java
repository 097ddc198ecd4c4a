package dev.perdure.registry;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Why the registry did not do what it was asked; each kind calls for something else. Nothing was stored unless it says so. */
public abstract sealed class RegistryException extends IOException
        permits FencedException,
                LeaseHeldException,
                RegistryConflictException,
                RegistryUnavailableException,
                RegistryUnusableException {
    private static final long serialVersionUID = 1L;

    RegistryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
