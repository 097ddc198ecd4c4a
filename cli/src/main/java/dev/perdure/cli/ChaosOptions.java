package dev.perdure.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every campaign of faults is told, and how it says what came of it. */
final class ChaosOptions {
    @Option(
            names = "--faults",
            required = true,
            paramLabel = "PLAN",
            description =
                    "What to do: a YAML file, such as examples/faults.yaml for training and examples/serve-faults.yaml for serving.")
    Path faults = Path.of("");

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Decides whatever the plan leaves to chance. Default: ${DEFAULT-VALUE}.")
    long seed = 1;

    @Option(
            names = "--run",
            paramLabel = "DIR",
            description = "Where everything goes, the reports too, new or empty. Default: runs/NAME-chaos-N.")
    @Nullable
    Path run;

    /** Returns the folder of a campaign against what has this name; makes it. */
    Path folder(String name) throws IOException {
        Path folder = run != null ? run : TrainCommand.nextFolder(name + "-chaos");
        Files.createDirectories(folder);
        return folder;
    }

    /** Returns the plan as it is written. */
    String plan() throws IOException {
        return Files.readString(faults);
    }

    /**
     * Writes and prints what came of a campaign.
     *
     * @param copy where the JSON goes as well
     */
    static void tell(Path folder, String html, String json, @Nullable Path copy, List<String> lines)
            throws IOException {
        Files.writeString(folder.resolve("chaos.html"), html);
        Files.writeString(folder.resolve("chaos.json"), json);
        if (copy != null) {
            Files.writeString(copy, json);
        }
        System.out.println();
        lines.forEach(line -> System.out.println(Paint.clean(line)));
        System.out.println("Report: " + folder.resolve("chaos.html"));
    }
}
