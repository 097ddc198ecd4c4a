package dev.perdure.training;

import dev.perdure.core.Backoff;
import dev.perdure.core.BadSettingException;
import dev.perdure.core.Settings;
import dev.perdure.registry.Registries;
import dev.perdure.supervision.Budgets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The {@code supervision} section: who trains, and what is done when one of them fails. None of it reaches the weights.
 *
 * @param workers how many processes train together
 * @param spares how many more keep their state fresh, to take a lost one's place at once
 * @param budgets what ends every loop
 * @param aloneMax how long workers go on, or wait, without a supervisor before they end by themselves
 * @param registry the URL of the registry, without a password; absent for a file in the run's folder
 * @param registryPassword a file whose first line is the registry's password; absent if the environment has it, or none
 *     is needed
 */
public record SupervisionSettings(
        int workers,
        int spares,
        Budgets budgets,
        Duration aloneMax,
        Optional<String> registry,
        Optional<Path> registryPassword) {
    private static final int RESTARTS_MAX = 20;
    private static final int FRUITLESS_MAX = 4;
    private static final int PAUSE_MILLIS = 500;
    private static final int ALONE_SECONDS = 60;
    private static final Duration PAUSE_MAX = Duration.ofSeconds(30);

    static SupervisionSettings read(Settings settings, int microbatches) {
        int restartsMax = settings.integer("restarts-max", RESTARTS_MAX, 0, 1_000_000);
        int fruitlessMax = settings.integer("fruitless-restarts-max", FRUITLESS_MAX, 0, 1_000_000);
        Duration pause = Duration.ofMillis(settings.whole("pause-first-millis", PAUSE_MILLIS, 0, 60_000));
        int workers = settings.integer("workers", 1, 1, 4096);
        int spares = settings.integer("spares", 0, 0, 4096);
        if (workers > microbatches) {
            settings.reject(
                    "workers",
                    "%d (expected: <= training.microbatches, which is %d). A microbatch is computed by one worker: set"
                                    .formatted(workers, microbatches)
                            + " more microbatches in a new run, or fewer workers.");
        }
        Duration aloneMax = Duration.ofSeconds(settings.whole("alone-max-seconds", ALONE_SECONDS, 1, 86_400));
        Optional<String> registry = settings.optionalText("registry");
        registry.ifPresent(url -> checkRegistry(settings, url));
        Optional<Path> password =
                settings.optionalText("registry-password-file").map(Path::of);
        return new SupervisionSettings(
                workers, spares, budgets(restartsMax, fruitlessMax, pause), aloneMax, registry, password);
    }

    private static void checkRegistry(Settings settings, String registry) {
        try {
            Registries.requireNoPassword(registry);
        } catch (BadSettingException e) {
            settings.reject("registry", String.join("; ", e.problems()));
        }
    }

    private static Budgets budgets(int restartsMax, int fruitlessMax, Duration pause) {
        Budgets standard = Budgets.standard();
        return new Budgets(
                fruitlessMax == 0 ? 0 : restartsMax,
                standard.restartsPerWindow(),
                standard.window(),
                Budgets.recovery(fruitlessMax),
                standard.slotCorruptionsMax(),
                standard.rollbacksMax(),
                standard.fruitlessMax(),
                new Backoff(Integer.MAX_VALUE, pause, PAUSE_MAX.compareTo(pause) > 0 ? PAUSE_MAX : pause));
    }
}
