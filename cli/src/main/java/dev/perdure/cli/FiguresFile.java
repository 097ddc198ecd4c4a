package dev.perdure.cli;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option to have what was measured in a file as well. */
final class FiguresFile {
    @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures as JSON.")
    @Nullable
    Path json;

    /** Writes the figures, where that was asked for. */
    void write(Object figures) throws IOException {
        if (json != null) {
            Files.writeString(
                    json,
                    JsonMapper.builder()
                                    .enable(SerializationFeature.INDENT_OUTPUT)
                                    .build()
                                    .writeValueAsString(figures)
                            + "\n");
        }
    }
}
