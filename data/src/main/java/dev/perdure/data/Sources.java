package dev.perdure.data;

import dev.perdure.core.BadSettingException;
import dev.perdure.data.DataSettings.Csv;
import dev.perdure.data.DataSettings.Idx;
import dev.perdure.data.DataSettings.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The source for each format. */
final class Sources {
    private Sources() {}

    static Records read(DataSettings settings, Quarantine quarantine) throws IOException {
        return switch (settings) {
            case Idx idx -> new IdxSource(idx, quarantine).read();
            case Images images -> new ImageSource(images, quarantine).read();
            case Csv csv -> new CsvSource(csv, quarantine).read();
        };
    }

    static void requireFile(Path path, String key) {
        if (!Files.isRegularFile(path)) {
            throw new BadSettingException(missing(path, key, "a file"));
        }
        if (!Files.isReadable(path)) {
            throw new BadSettingException("%s: %s may not be read. Check its permissions.".formatted(key, path));
        }
    }

    static void requireFolder(Path path, String key) {
        if (!Files.isDirectory(path)) {
            throw new BadSettingException(missing(path, key, "a folder"));
        }
    }

    private static String missing(Path path, String key, String expected) {
        String found = Files.isDirectory(path) ? "is a folder" : Files.exists(path) ? "is a file" : "does not exist";
        return "%s: %s %s (expected: %s). Relative paths start at the configuration's folder."
                .formatted(key, path, found, expected);
    }
}
