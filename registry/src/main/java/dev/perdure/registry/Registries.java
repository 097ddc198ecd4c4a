package dev.perdure.registry;

import dev.perdure.core.BadSettingException;
import java.nio.file.Path;
import java.time.Duration;

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
        Checks.atLeast(1, "patience (ms)", patience.toMillis());
        return new JdbiRegistry(Database.open(RegistryUrl.parse(url), patience));
    }
}
