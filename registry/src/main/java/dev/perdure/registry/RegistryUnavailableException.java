package dev.perdure.registry;

/**
 * The database did not answer in time: locked, full, stopped or unreachable. Try again later. Whether a write arrived may
 * not be known; all writes can be repeated without harm.
 */
public final class RegistryUnavailableException extends RegistryException {
    private static final long serialVersionUID = 1L;

    RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
