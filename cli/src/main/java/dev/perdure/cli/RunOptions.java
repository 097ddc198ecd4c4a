package dev.perdure.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code train} and {@code resume} have in common. */
final class RunOptions {
    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Overrides a setting of the configuration, such as training.epochs=3. May be repeated.")
    List<String> set = new ArrayList<>();

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "How many processes train together. The weights do not depend on it.")
    @Nullable
    Integer workers;

    @Option(
            names = "--spares",
            paramLabel = "N",
            description = "How many more keep their state fresh, to take a lost one's place at once.")
    @Nullable
    Integer spares;

    @Option(
            names = "--registry",
            paramLabel = "URL",
            description =
                    "Where the run's durable facts are kept, such as postgresql://user@host/perdure, without a password:"
                            + " that is read from PERDURE_REGISTRY_PASSWORD. Default: a file in the run's folder.")
    @Nullable
    String registry;

    /** Returns what overrides settings of the configuration, as {@code key=value}. */
    List<String> overrides() {
        var overrides = new ArrayList<>(set);
        if (workers != null) {
            overrides.add("supervision.workers=" + workers);
        }
        if (spares != null) {
            overrides.add("supervision.spares=" + spares);
        }
        if (registry != null) {
            overrides.add("supervision.registry=" + registry);
        }
        return overrides;
    }

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the report as JSON to this file as well.")
    @Nullable
    Path json;
}
