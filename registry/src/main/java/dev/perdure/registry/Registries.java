package dev.perdure.registry;

import dev.perdure.core.BadSettingException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Opens registries. */
public final class Registries {
    /** How long a database that does not answer is asked again. */
    public static final Duration PATIENCE = Duration.ofSeconds(5);

    private Registries() {}

    /**
     * Opens the registry in a file, which is made if it is not there. It must lie on a local disk: SQLite's locks and shared
     * memory do not hold on network file systems.
     *
     * @throws RegistryException as {@link #open(String, Duration)} does
     */
    public static Registry sqlite(Path file) throws RegistryException {
        return open("sqlite:" + file, PATIENCE);
    }

    /** Opens a registry, as {@link #open(String, Duration)} does, with the usual {@link #PATIENCE}. */
    public static Registry open(String url) throws RegistryException {
        return open(url, PATIENCE);
    }

    /**
     * Opens a registry and brings its tables to this build's version.
     *
     * @param url {@code sqlite:PATH} or {@code postgresql://USER:PASSWORD@HOST:PORT/DATABASE}, either of them with or without
     *     {@code jdbc:}; pgjdbc's parameters may follow the latter
     * @param patience how long a database that is locked or does not answer is asked again, here and by every method
     * @throws BadSettingException if the URL is none of these
     * @throws RegistryUnavailableException if the database did not answer in time
     * @throws RegistryUnusableException if it is damaged, of a newer version, or something else's
     */
    public static Registry open(String url, Duration patience) throws RegistryException {
        return open(RegistryUrl.parse(url), patience);
    }

    /** Opens a registry, as {@link #open(String, Duration)} does, whose password does not stand in its URL. */
    public static Registry open(String url, Optional<String> password, Duration patience) throws RegistryException {
        RegistryUrl parsed = RegistryUrl.parse(url);
        return open(password.map(parsed::withPassword).orElse(parsed), patience);
    }

    private static Registry open(RegistryUrl url, Duration patience) throws RegistryException {
        Checks.atLeast(1, "patience (ms)", patience.toMillis());
        return new JdbiRegistry(Database.open(url, patience));
    }

    /**
     * Looks at a URL that is to be kept where others may read it.
     *
     * @throws BadSettingException if it is no registry's, or has a password in it
     */
    public static void requireNoPassword(String url) {
        RegistryUrl parsed = RegistryUrl.parse(url);
        if (parsed.hasPassword()) {
            throw new BadSettingException(
                    ("registry: \"%s\" with a password (expected: without, since it is kept where others read it). Put the password"
                                    + " into PERDURE_REGISTRY_PASSWORD or into a file that registry-password-file names.")
                            .formatted(parsed.shown()));
        }
    }
}
