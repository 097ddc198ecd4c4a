package dev.perdure.registry;

import org.jspecify.annotations.Nullable;

/** The database cannot serve as a registry: damaged, of a newer version, or something else's. Somebody must see to it. */
public final class RegistryUnusableException extends RegistryException {
    private static final long serialVersionUID = 1L;

    RegistryUnusableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
