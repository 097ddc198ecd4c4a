package dev.perdure.training;

import dev.perdure.core.BadSettingException;
import dev.perdure.registry.Registries;
import dev.perdure.registry.Registry;
import dev.perdure.registry.RegistryException;
import dev.perdure.registry.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Where a run's durable facts are, and under which name. */
final class RunRegistry {
    /** Short, because a supervisor asks again itself, and says meanwhile how long it has been waiting. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final String PASSWORD = "PERDURE_REGISTRY_PASSWORD";

    private RunRegistry() {}

    /**
     * Opens the registry that the configuration names, or the file in the run's folder.
     *
     * @param environment may have the password
     * @throws BadSettingException if the password's file cannot be read
     */
    static Registry open(RunFolder folder, SupervisionSettings settings, Map<String, String> environment)
            throws RegistryException {
        if (settings.registry().isEmpty()) {
            return Registries.open("sqlite:" + folder.registry(), PATIENCE);
        }
        return Registries.open(settings.registry().get(), password(settings, environment), PATIENCE);
    }

    private static Optional<String> password(SupervisionSettings settings, Map<String, String> environment) {
        if (settings.registryPassword().isEmpty()) {
            return Optional.ofNullable(environment.get(PASSWORD));
        }
        Path file = settings.registryPassword().get();
        try (var lines = Files.lines(file)) {
            return Optional.of(lines.findFirst().orElse("").strip());
        } catch (IOException e) {
            throw new BadSettingException(
                    "supervision.registry-password-file: %s cannot be read (expected: a file with the password in its first line)"
                            .formatted(file));
        }
    }

    /**
     * Makes the run known there, unless it is.
     *
     * @return its name, which no other run of any folder has, and which stays when the folder is moved
     */
    static String enter(Registry registry, RunFolder folder, RunConfig config, Instant now) throws IOException {
        String id = idOf(folder);
        if (registry.run(id).isEmpty()) {
            registry.register(new Run(id, now, config.digest(), config.digest(), Builds.id()));
        }
        return id;
    }

    private static String idOf(RunFolder folder) throws IOException {
        if (!Files.exists(folder.identity())) {
            String name =
                    folder.path().toAbsolutePath().normalize().getFileName().toString();
            String random = UUID.randomUUID().toString().substring(24).toLowerCase(Locale.ROOT);
            RunFolder.write(folder.identity(), "%s-%s\n".formatted(name, random));
        }
        return Files.readString(folder.identity()).strip();
    }
}
