package dev.perdure.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Where bundles lie in a folder of models ({@code NAME/VERSION/} each), and what they look like from outside. */
final class BundlePlaces {
    private static final String MANIFEST = "bundle.json";

    private BundlePlaces() {}

    /** Returns the folders that may be bundles, in order: those whose names do not begin with a dot. */
    static List<Path> in(Path models) throws IOException {
        var places = new ArrayList<Path>();
        for (Path model : foldersIn(models)) {
            places.addAll(foldersIn(model));
        }
        return places;
    }

    private static List<Path> foldersIn(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(Files::isDirectory)
                    .filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    /**
     * Returns for each bundle a text that changes when any of its files does. A folder without a manifest, which is written last,
     * is no bundle yet.
     *
     * @throws IOException if the folder of models cannot be read
     */
    static SortedMap<Path, String> prints(Path models) throws IOException {
        var prints = new TreeMap<Path, String>();
        for (Path place : in(models)) {
            try {
                if (Files.exists(place.resolve(MANIFEST))) {
                    prints.put(place, print(place));
                }
            } catch (NoSuchFileException | UncheckedIOException _) {
                // it is being changed: the next look will see
            }
        }
        return prints;
    }

    private static String print(Path place) throws IOException {
        var print = new StringBuilder();
        try (Stream<Path> files = Files.walk(place)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                print.append(place.relativize(file))
                        .append(' ')
                        .append(Files.size(file))
                        .append(' ')
                        .append(Files.getLastModifiedTime(file))
                        .append('\n');
            }
        }
        return print.toString();
    }
}
