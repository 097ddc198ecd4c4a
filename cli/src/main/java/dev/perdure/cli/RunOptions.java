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
    List<String> overrides = new ArrayList<>();

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the report as JSON to this file as well.")
    @Nullable
    Path json;
}
